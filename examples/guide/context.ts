/** A context variable is known to a task and to those that it makes; what they set stays with them. */
import * as asyncio from "asyncio-ts"

const user = new asyncio.ContextVar("user", { default: "nobody" })

const log = asyncio.coroutine("log", async (what: string) => {
  await asyncio.sleep(0.1)
  console.log(`${user.get()}: ${what}`)
})

const handle = asyncio.coroutine("handle", async (name: string) => {
  user.set(name)
  await asyncio.gather([log("reads"), log("writes")])
})

async function main(): Promise<void> {
  await asyncio.gather([handle("Alice"), handle("Bob")])
  await log("is left")
}

await asyncio.run(main)
