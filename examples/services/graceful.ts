/**
 * Shuts down gracefully: on SIGTERM or Ctrl-C it takes no more requests, lets those in work
 * finish within a grace period, and cancels the rest.
 *
 *     node --conditions=asyncio-ts:source examples/services/graceful.ts [PORT [GRACE_SECONDS]]
 */
import * as asyncio from "asyncio-ts"
import { serve } from "asyncio-ts/http"

const [port = 8000, gracePeriod = 5] = process.argv.slice(2).map(Number)

/** What needs a moment, as a request says: `/2.5` takes two and a half seconds. */
async function brew(request: Request): Promise<Response> {
  const seconds = Number(new URL(request.url).pathname.slice(1)) || 0
  try {
    await asyncio.sleep(seconds)
    return new Response(`ready after ${seconds} s\n`)
  } catch (error) {
    console.log(`a brew of ${seconds} s was given up`)
    throw error
  }
}

await asyncio.run(async () => {
  const server = await serve(brew, { host: "127.0.0.1", port, gracePeriod })
  const stop = new asyncio.Event()
  const loop = asyncio.getRunningLoop()
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    loop.addSignalHandler(signal, () => {
      console.log(`${signal}: ${server.statistics().inWork} in work`)
      stop.set()
    })
  }
  console.log(`listening on ${server.url}`)
  await stop.wait()
  await server.close()
  console.log(`closed after ${server.statistics().served} requests`)
})
