/** Blocked: gather cannot help, since a call that blocks lets nobody else run. */
import * as asyncio from "asyncio-ts"

function wait(seconds: number): void {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end);
}

const brew = asyncio.coroutine("brew", async (kind: string) => {
  wait(0.3) // it should be: await asyncio.sleep(0.3)
  console.log(`${kind} is ready.`)
})

async function main(): Promise<void> {
  await asyncio.gather([brew("Masala"), brew("Green"), brew("Ginger")])
}

await asyncio.run(main)
