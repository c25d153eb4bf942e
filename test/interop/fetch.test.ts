/** `fetch` and `http` with `task.signal`: the request ends with the task, and the server sees it. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, request, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { failureOf, soon } from "../core/support/watched.ts"

/** A server that never answers; it tells of each request when it came and when it was given up. */
async function silentServer(context: TestContext): Promise<{ url: string; came: Promise<void>; gone: Promise<string>; close: () => void }> {
  const came = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<string>()
  const server = createServer((incoming, response) => {
    came.resolve()
    response.once("close", () => gone.resolve(response.writableEnded ? "answered" : `aborted ${incoming.url}`))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  context.after(close)
  return { url: `http://127.0.0.1:${port}/slow`, came: came.promise, gone: gone.promise, close }
}

/** Runs `body` under a timeout that expires when the request has come to the server. */
function expireOnceCame<T>(server: { came: Promise<void> }, body: () => Promise<T>): asyncio.Coroutine<T> {
  const timeout = asyncio.timeout(null)
  asyncio.createTask(async () => {
    await asyncio.wrapFuture(server.came)
    timeout.reschedule(asyncio.getRunningLoop().time())
  })
  return timeout.run(body)
}

function ownSignal(): AbortSignal {
  return (asyncio.currentTask() ?? assert.fail("no task")).signal
}

const clients: Record<string, (url: string) => Promise<unknown>> = {
  fetch: async (url) => (await fetch(url, { signal: ownSignal() })).text(),
  "http.request": (url) =>
    new Promise((resolve, reject) => {
      request(url, { signal: ownSignal() }, (response: IncomingMessage) => resolve(response.statusCode))
        .on("error", reject)
        .end()
    }),
}

for (const [name, get] of Object.entries(clients)) {
  describe(`${name} with task.signal`, () => {
    it("is aborted when its task is cancelled, and the server sees it", async (context) => {
      const server = await silentServer(context)
      const log: string[] = []
      await soon(
        asyncio.run(async () => {
          const task = asyncio.createTask(async () => {
            try {
              await get(server.url)
            } finally {
              log.push("cleaned up")
            }
          })
          await asyncio.wrapFuture(server.came)
          task.cancel("the user left")
          const error = await failureOf(task)
          log.push(task.cancelled() ? "cancelled" : `failed with ${error.name}`)
          log.push(await asyncio.wrapFuture(server.gone))
        }),
      )
      assert.deepEqual(log, ["cleaned up", "cancelled", "aborted /slow"])
    })

    it("is aborted when a timeout round it expires, and the server sees it", async (context) => {
      const server = await silentServer(context)
      const [error, gone] = await soon(
        asyncio.run(async () => {
          const error = await failureOf(expireOnceCame(server, () => get(server.url)))
          return [error, await asyncio.wrapFuture(server.gone)] as const
        }),
      )
      assert.ok(error instanceof asyncio.TimeoutError, `got ${error.name}: ${error.message}`)
      assert.equal(gone, "aborted /slow")
    })

    it("is aborted when a sibling in its group fails", async (context) => {
      const server = await silentServer(context)
      const error = await soon(
        asyncio.run(async () =>
          failureOf(
            new asyncio.TaskGroup().run(async (group) => {
              group.createTask(() => get(server.url))
              group.createTask(async () => {
                await asyncio.wrapFuture(server.came)
                throw new Error("sibling")
              })
            }),
          ),
        ),
      )
      assert.ok(error instanceof asyncio.ExceptionGroup)
      assert.deepEqual(error.errors.map((each: Error) => each.message), ["sibling"])
      assert.equal(await soon(server.gone), "aborted /slow")
    })

    it("is aborted when the program ends", async (context) => {
      const server = await silentServer(context)
      await soon(
        asyncio.run(async () => {
          asyncio.createTask(() => get(server.url))
          await asyncio.wrapFuture(server.came)
        }),
      )
      assert.equal(await soon(server.gone), "aborted /slow")
    })
  })
}

describe("fetch without a signal", () => {
  it("is left behind: the timeout fires on time, the request goes on", async (context) => {
    const server = await silentServer(context)
    const told = Promise.withResolvers<asyncio.ExceptionContext>()
    const error = await soon(
      asyncio.run(async () => {
        asyncio.getRunningLoop().setExceptionHandler((_loop, report) => told.resolve(report))
        return failureOf(expireOnceCame(server, async () => (await fetch(server.url)).text()))
      }),
    )
    assert.ok(error instanceof asyncio.TimeoutError)
    server.close()
    assert.equal(await soon(server.gone), "aborted /slow")
    // Its error comes when the program has ended, and still is told.
    assert.match((await soon(told.promise)).message, /left behind at a foreign promise failed later/)
  })
})
