import * as asyncio from "asyncio-ts"

async function bake(): Promise<void> {
  console.log("oven begins")
  try {
    await asyncio.sleep(5)
  } finally {
    console.log("oven cools down")
    await asyncio.sleep(0.5)
    console.log("oven is cold")
  }
}

async function squeeze(): Promise<void> {
  console.log("press begins")
  await asyncio.sleep(1)
  console.log("press breaks")
  throw new Error("the press is broken")
}

export async function main(): Promise<void> {
  let oven: asyncio.Task<void> | undefined
  console.log("the kitchen opens")
  try {
    await new asyncio.TaskGroup().run((group) => {
      oven = group.createTask(bake, { name: "oven" })
      group.createTask(squeeze, { name: "press" })
      console.log("both are at work soon")
    })
  } catch (error) {
    if (error instanceof asyncio.ExceptionGroup) console.log(`closed: ${error.errors[0]?.message}`)
  }
  if (oven?.cancelled() === true) console.log("the oven was cancelled")
}
