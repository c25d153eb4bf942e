/** A request is a task: when its client leaves, it is cancelled where it waits, and cleans up. */
import * as asyncio from "asyncio-ts"
import { fetch, serve } from "asyncio-ts/http"

const begun = new asyncio.Event()
const cleaned = new asyncio.Event()

async function report(): Promise<Response> {
  begun.set()
  try {
    await asyncio.sleep(3600) // an expensive query
    return new Response("never sent")
  } finally {
    console.log("the query is cancelled")
    cleaned.set()
  }
}

await asyncio.run(async () => {
  const server = await serve(report)
  const reader = asyncio.createTask(() => fetch(server.url))
  await begun.wait()
  reader.cancel("the page was closed")
  await cleaned.wait()
  await server.close()
  console.log("nothing is left")
})
