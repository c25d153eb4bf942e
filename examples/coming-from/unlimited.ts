/** The same with a limit: a coroutine begins when it is its turn. */
import * as asyncio from "asyncio-ts"

let open = 0
let most = 0

const get = asyncio.coroutine("get", async (_id: number) => {
  open += 1
  most = Math.max(most, open)
  await asyncio.sleep(1)
  open -= 1
})

const ids = Array.from({ length: 1000 }, (_, id) => id)
await asyncio.run(() => asyncio.gather(ids.map((id) => get(id)), { limit: 20 }))
console.log(`${most} connections at once`)
