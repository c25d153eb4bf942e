/**
 * Two services, and a deadline that travels with the request: the one behind stops when the
 * one in front has no time left.
 *
 *     node --conditions=asyncio-ts:source examples/services/deadline.ts
 */
import * as asyncio from "asyncio-ts"
import { Client, HTTPError, serve } from "asyncio-ts/http"

/** Seconds that are left, as the request says. */
const HEADER = "x-time-left"

const deadline = new asyncio.ContextVar<number>("deadline")

function timeLeft(): number {
  return deadline.get() - asyncio.getRunningLoop().time()
}

/** Runs a request within the time that its client gives it, and passes on what is left. */
function withDeadline(handle: (request: Request) => Promise<Response>): (request: Request) => Promise<Response> {
  return async (request) => {
    const seconds = Number(request.headers.get(HEADER) ?? 30)
    deadline.set(asyncio.getRunningLoop().time() + seconds)
    try {
      return await asyncio.timeout(seconds).run(() => handle(request))
    } catch (error) {
      if (error instanceof asyncio.TimeoutError) return new Response(`no time left after ${seconds.toFixed(2)} s\n`, { status: 504 })
      throw error
    }
  }
}

await asyncio.run(async () => {
  const client = new Client()

  const stock = await serve(
    withDeadline(async () => {
      try {
        await asyncio.sleep(0.3) // a slow database
        return new Response("12 in stock\n")
      } finally {
        console.log(`stock: ${timeLeft() > 0 ? "answered in time" : "stopped, since nobody waits any more"}`)
      }
    }),
  )

  const shop = await serve(
    withDeadline(async () => {
      await asyncio.sleep(0.1) // its own work
      const answer = await client.get(stock.url, { headers: { [HEADER]: String(timeLeft()) }, timeout: timeLeft() })
      return new Response(await answer.text(), { status: answer.status })
    }),
  )

  for (const seconds of [1, 0.25]) {
    try {
      const answer = await client.get(shop.url, { headers: { [HEADER]: String(seconds) } })
      console.log(`shop, given ${seconds} s: ${answer.status} ${(await answer.text()).trim()}`)
    } catch (error) {
      if (!(error instanceof HTTPError)) throw error
      console.log(`shop, given ${seconds} s: ${error.message}`)
    }
  }
  await client.close()
  await shop.close()
  await stock.close()
})
