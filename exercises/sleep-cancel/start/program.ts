import * as asyncio from "asyncio-ts"

async function nap(): Promise<void> {
  console.log("the nap begins")
  try {
    await asyncio.sleep(10)
    console.log("the nap is over")
  } finally {
    console.log("clean up")
  }
}

export async function main(): Promise<void> {
  const task = asyncio.createTask(nap, { name: "nap" })
  await asyncio.sleep(1)
  console.log("main cancels")
  task.cancel()
  console.log("cancel only asks")
  await asyncio.wait([task])
  console.log(`cancelled: ${task.cancelled()}`)
}
