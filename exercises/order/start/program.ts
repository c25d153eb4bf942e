import * as asyncio from "asyncio-ts"

async function tea(): Promise<void> {
  console.log("tea begins")
  await asyncio.sleep(2)
  console.log("tea is done")
}

async function toast(): Promise<void> {
  console.log("toast begins")
  await asyncio.sleep(1)
  console.log("toast is done")
}

export async function main(): Promise<void> {
  console.log("main makes two tasks")
  const tasks = [asyncio.createTask(tea, { name: "tea" }), asyncio.createTask(toast, { name: "toast" })]
  console.log("main has made them")
  await asyncio.sleep(0)
  console.log("main again")
  await asyncio.gather(tasks)
  console.log("main has both")
}
