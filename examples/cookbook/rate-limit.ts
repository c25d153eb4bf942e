/** Two requests a second at most, whoever asks. */
import * as asyncio from "asyncio-ts"
import { RateLimiter } from "asyncio-ts/flow"

let began = 0
/** How long the program has run. */
const now = (): string => `${(asyncio.getRunningLoop().time() - began).toFixed(1)} s`

const limiter = new RateLimiter(2, 1)

const get = asyncio.coroutine("get", (page: number) =>
  limiter.run(async () => {
    console.log(`${now()}: page ${page}`)
    await asyncio.sleep(0.1)
  }),
)

await asyncio.run(async () => {
  began = asyncio.getRunningLoop().time()
  await asyncio.gather([1, 2, 3, 4, 5].map((page) => get(page)))
})
