/** A coroutine, and the loop that runs it. */
import * as asyncio from "asyncio-ts"

const greet = asyncio.coroutine("greet", async (name: string) => {
  return `Hello, ${name}!`
})

console.log(await asyncio.run(greet("Alice")))
