/** Five calls of one second: blocking ones take their sum, awaited ones as long as one. */
import * as asyncio from "asyncio-ts"

const SECOND = 0.2 // seconds that a second takes here

/** Holds the whole thread, as a synchronous HTTP client does. */
function callSync(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SECOND * 1000)
}

const callAsync = asyncio.coroutine("callAsync", () => asyncio.sleep(SECOND))

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  let start = loop.time()
  for (let call = 0; call < 5; call += 1) callSync()
  const sync = (loop.time() - start) / SECOND
  console.log(`Sync version (5 calls × 1s each): ${sync.toFixed(2)}s`)

  start = loop.time()
  await asyncio.gather([callAsync(), callAsync(), callAsync(), callAsync(), callAsync()])
  const concurrent = (loop.time() - start) / SECOND
  console.log(`Async version (5 calls, concurrent): ${concurrent.toFixed(2)}s`)
  console.log(`The async version is about ${Math.round(sync / concurrent)} times as fast.`)
}

await asyncio.run(main)
