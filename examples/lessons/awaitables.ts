/** What can be awaited: coroutines, tasks, futures, and JavaScript's own promises. */
import * as asyncio from "asyncio-ts"

const greet = asyncio.coroutine("greet", async (name: string) => {
  await asyncio.sleep(1)
  return `Hello, ${name}!`
})

async function main(): Promise<void> {
  console.log("a coroutine:", await greet("Alice"))

  const task = asyncio.createTask(greet("Bob"))
  console.log("a task:", await task)

  const future = new asyncio.Future<string>()
  asyncio.getRunningLoop().callLater(1, () => future.setResult("Hello, whoever asked!"))
  console.log("a future:", await future)

  console.log("a promise:", await Promise.resolve("Hello from JavaScript!"))

  const all = await asyncio.gather([greet("Carol"), asyncio.createTask(greet("Dan")), future, Promise.resolve("Hello!")])
  console.log("all at once:", all.length)
}

await asyncio.run(main)
