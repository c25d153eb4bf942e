/** `await sleep` pauses one task; a blocking call stops them all, whatever it blocks with, and debug mode says so. */
import * as asyncio from "asyncio-ts"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const PAUSE = 0.3 // two seconds in the lesson

const big = join(tmpdir(), `blocking-${process.pid}.txt`)
writeFileSync(big, "chai\n".repeat(1_000_000))

const ways: Record<string, () => void | PromiseLike<void>> = {
  "await sleep": () => asyncio.sleep(PAUSE),
  "Atomics.wait": () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE * 1000),
  "a busy loop": () => {
    const end = performance.now() + PAUSE * 1000
    while (performance.now() < end);
  },
  readFileSync: () => {
    const end = performance.now() + PAUSE * 1000
    while (performance.now() < end) readFileSync(big)
  },
}

/** How often another task runs while `pause` pauses. */
async function othersDuring(pause: () => void | PromiseLike<void>): Promise<number> {
  let turns = 0
  const other = asyncio.createTask(async () => {
    for (;;) {
      await asyncio.sleep(PAUSE / 10)
      turns += 1
    }
  })
  await asyncio.sleep(0) // it begins
  await pause()
  other.cancel()
  return turns
}

async function main(): Promise<void> {
  for (const [name, pause] of Object.entries(ways)) {
    const turns = await othersDuring(pause)
    console.log(`${name}: the other task ${turns > 0 ? "ran meanwhile" : "stood still"}`)
  }
}

try {
  await asyncio.run(main, { debug: true })
} finally {
  rmSync(big)
}
