/** A program in which nothing can happen any more is told, and cleans up. */
import * as asyncio from "asyncio-ts"

const work = asyncio.coroutine("work", async () => {
  console.log("the file is locked")
  try {
    await new asyncio.Event({ name: "answer" }).wait() // an answer that never comes
  } finally {
    console.log("the file is unlocked")
  }
})

try {
  await asyncio.run(work(), { name: "main" })
} catch (error) {
  if (!(error instanceof asyncio.DeadlockError)) throw error
  console.log(error.name)
}
