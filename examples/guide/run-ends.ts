/** `run` ends when main does: what main has left running is cancelled, and cleans up first. */
import * as asyncio from "asyncio-ts"

const sweep = asyncio.coroutine("sweep", async () => {
  try {
    for (;;) {
      console.log("sweeping")
      await asyncio.sleep(1)
    }
  } finally {
    console.log("the broom is put away")
  }
})

async function main(): Promise<string> {
  asyncio.createTask(sweep())
  await asyncio.sleep(1.5)
  console.log("main ends")
  return "what main returned"
}

console.log(await asyncio.run(main))
