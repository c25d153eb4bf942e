/** A `Runner` keeps one loop for several programs, as a notebook wants it for its cells. */
import * as asyncio from "asyncio-ts"

const queue = new asyncio.Queue<string>()
const runner = new asyncio.Runner()
try {
  const loop = await runner.run(async () => {
    await queue.put("tea")
    return asyncio.getRunningLoop()
  })
  console.log("the next cell gets", await runner.run(() => queue.get()))
  console.log("on the same loop:", loop === runner.getLoop())
} finally {
  await runner.close()
}
