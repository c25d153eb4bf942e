/** A task that is awaited as soon as it is made gains nothing; make all of them, then await. */
import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", (kind: string) => asyncio.sleep(1, `a cup of ${kind}`))

const kinds = ["Masala", "Green", "Ginger"]

// #region one-by-one
async function oneByOne(): Promise<string[]> {
  const cups = []
  for (const kind of kinds) cups.push(await asyncio.createTask(brew(kind)))
  return cups
}
// #endregion one-by-one

// #region all-first
async function allFirst(): Promise<string[]> {
  const tasks = kinds.map((kind) => asyncio.createTask(brew(kind)))
  const cups = []
  for (const task of tasks) cups.push(await task)
  return cups
}
// #endregion all-first

async function main(): Promise<void> {
  const loop = asyncio.getRunningLoop()
  for (const way of [oneByOne, allFirst]) {
    const start = loop.time()
    const cups = await way()
    console.log(`${way.name}: ${cups.length} cups in ${(loop.time() - start).toFixed(1)}s`)
  }
}

await asyncio.run(main)
