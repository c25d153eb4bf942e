/**
 * Asks a question, while a clock ticks; who takes too long gets the usual.
 *
 *     node --conditions=asyncio-ts:source examples/terminal/question.ts [SECONDS [SECONDS_OF_A_TICK]]
 */
import * as asyncio from "asyncio-ts"

const [seconds = 10, tick = 1] = process.argv.slice(2).map(Number)

/** Goes on until it is cancelled. */
async function clock(): Promise<void> {
  for (let ticks = 1; ; ticks += 1) {
    await asyncio.sleep(tick)
    console.log(`tick ${ticks}`)
  }
}

async function ask(): Promise<string> {
  try {
    return await asyncio.input("Which tea? ", { timeout: seconds })
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log(`no answer in ${seconds} s`)
    return "Masala"
  }
}

async function main(): Promise<void> {
  const ticking = asyncio.createTask(clock)
  const tea = await ask()
  ticking.cancel()
  console.log(`one ${tea}, please`)
}

await asyncio.run(main).catch((error: unknown) => {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
})
