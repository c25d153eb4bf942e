/** A server that closes: no new request is taken, those in work finish within the grace period. */
import * as asyncio from "asyncio-ts"
import { get, serve } from "asyncio-ts/http"

const begun = new asyncio.Event()
const closing = new asyncio.Event()

async function brew(): Promise<Response> {
  begun.set()
  await closing.wait() // in work when the server is told to close
  return new Response("ready")
}

await asyncio.run(async () => {
  const server = await serve(brew, { gracePeriod: 30 })
  // A program that serves for long waits here until a signal comes:
  // loop.addSignalHandler("SIGTERM", () => stop.set()); await stop.wait()
  await new asyncio.TaskGroup().run(async (group) => {
    const client = group.createTask(async () => (await get(server.url)).text())
    await begun.wait()
    console.log(`in work: ${server.statistics().inWork}`)
    const closed = group.createTask(server.close())
    closing.set()
    console.log(`the client got: ${await client}`)
    await closed
  })
  console.log(`closed after ${server.statistics().served} request`)
})
