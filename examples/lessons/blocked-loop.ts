/** A call that blocks between two awaits makes every other task late; debug mode names the line. */
import * as asyncio from "asyncio-ts"

function parseHugeFile(): void {
  const end = performance.now() + 400
  while (performance.now() < end); // it computes, and lets nobody run
}

const blocking = asyncio.coroutine("blocking", async () => {
  await asyncio.sleep(0.1)
  parseHugeFile()
  await asyncio.sleep(0.1)
})

const heartbeat = asyncio.coroutine("heartbeat", async (name: string) => {
  const loop = asyncio.getRunningLoop()
  for (let beat = 1; beat <= 3; beat += 1) {
    const due = loop.time() + 0.15
    await asyncio.sleep(0.15)
    console.log(`${name}, beat ${beat}: ${Math.max(0, loop.time() - due).toFixed(1)}s late`)
  }
})

async function main(): Promise<void> {
  await asyncio.gather([blocking(), heartbeat("first"), heartbeat("second")])
}

await asyncio.run(main, { debug: true })
