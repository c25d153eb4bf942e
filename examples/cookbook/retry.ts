/** Tries again with growing delays, within a time for each attempt and one for all. */
import * as asyncio from "asyncio-ts"
import { retry } from "asyncio-ts/flow"

let began = 0
/** How long the program has run. */
const now = (): string => `${(asyncio.getRunningLoop().time() - began).toFixed(1)} s`

let asked = 0

async function ask(): Promise<string> {
  asked += 1
  if (asked === 2) await asyncio.sleep(60) // hangs
  if (asked < 4) throw new Error("no connection")
  return "an answer"
}

async function main(): Promise<void> {
  began = asyncio.getRunningLoop().time()
  const answer = await retry(ask, {
    attempts: 5,
    delay: 1,
    jitter: "none", // so that this program writes the same each time
    timeout: 3,
    total: 30,
    on: (error, { number, delay }) => console.log(`${now()}: attempt ${number}: ${(error as Error).name}, again in ${delay} s`),
  })
  console.log(`${now()}: ${answer}`)
}

await asyncio.run(main)
