/** Coroutines run in the order in which they are awaited, not in the order in which they were made. */
import * as asyncio from "asyncio-ts"

const greet = asyncio.coroutine("greet", async (name: string) => {
  console.log(`greeting ${name}`)
  await asyncio.sleep(1)
  return `Hello, ${name}!`
})

async function main(): Promise<void> {
  const alice = greet("Alice")
  const bob = greet("Bob")
  console.log(String(alice), String(bob))
  console.log(await bob)
  console.log(await alice)
}

await asyncio.run(main)
