/** Predict the order of the numbers, then run it: no task ever runs while another one does. */
import * as asyncio from "asyncio-ts"

const first = asyncio.coroutine("first", async () => {
  console.log("3: first begins, now that main waits")
  await asyncio.sleep(2)
  console.log("7: first, after two seconds")
})

const second = asyncio.coroutine("second", async () => {
  console.log("4: second begins, now that first waits")
  await asyncio.sleep(1)
  console.log("6: second, after one second")
})

async function main(): Promise<void> {
  console.log("1: main makes two tasks")
  const tasks = [asyncio.createTask(first()), asyncio.createTask(second())]
  console.log("2: neither has begun")
  await asyncio.sleep(0) // a turn for whoever is ready
  console.log("5: main again, now that both wait")
  await asyncio.gather(tasks)
  console.log("8: main, once both have ended")
}

await asyncio.run(main)
