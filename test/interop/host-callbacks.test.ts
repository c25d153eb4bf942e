/** Handlers, timers and emitters of the host, made in tasks that live and in tasks that have ended. */
import assert from "node:assert/strict"
import { EventEmitter, once } from "node:events"
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import { failureOf, soon, watchedReal } from "../core/support/watched.ts"

async function listen(context: TestContext, handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler)
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } // a TCP server has such an address
}

const answer = asyncio.coroutine("answer", async (path: string) => {
  await asyncio.sleep(0.001)
  return `hello ${path}`
})

describe("an http handler", () => {
  it("made in a task that lives may await ours bare, one line for each request", async (context) => {
    const { value, messages } = await watchedReal(async () => {
      const { url } = await listen(context, (request, response) => {
        void answer(request.url ?? "").then((text) => response.end(text))
      })
      const texts = await Promise.all([1, 2, 3].map(async (n) => (await fetch(`${url}${n}`)).text()))
      return texts
    })
    assert.deepEqual(value, ["hello /1", "hello /2", "hello /3"])
    assert.deepEqual(messages, [])
  })

  it("made in a task that has ended is refused a bare await, with the way out, and answers at once", async (context) => {
    const { value } = await watchedReal(async () => {
      const made = asyncio.createTask(
        async () =>
          listen(context, (request, response) => {
            answer(request.url ?? "").then(
              (text) => response.end(text),
              (error: unknown) => response.writeHead(500).end((error as Error).message),
            )
          }),
        { name: "starter" },
      )
      const { url } = await made
      const response = await fetch(url)
      const text = await response.text()
      return [response.status, text]
    })
    assert.equal(value[0], 500)
    assert.match(String(value[1]), /cannot await 'answer' here: this is a callback made by task 'starter'.*createTask/)
  })

  it("made in a task that has ended may make a task for each request", async (context) => {
    const { value, messages } = await watchedReal(async () => {
      const { url } = await asyncio.createTask(async () =>
        listen(context, (request, response) => {
          void asyncio.createTask(answer(request.url ?? "")).then((text) => response.end(text))
        }),
      )
      const texts = await Promise.all([1, 2, 3].map(async (n) => (await fetch(`${url}${n}`)).text()))
      return texts
    })
    assert.deepEqual(value, ["hello /1", "hello /2", "hello /3"])
    assert.deepEqual(messages, [])
  })

  it("made outside any loop may run a loop for each request", async (context) => {
    const { url } = await listen(context, (request, response) => {
      void asyncio.run(answer(request.url ?? "")).then((text) => response.end(text))
    })
    const texts = await soon(Promise.all([1, 2, 3].map(async (n) => (await fetch(`${url}${n}`)).text())))
    assert.deepEqual(texts, ["hello /1", "hello /2", "hello /3"])
  })

  it("made in a task may run a loop for each request, while that task is busy", async (context) => {
    const { value } = await watchedReal(async () => {
      const { url } = await listen(context, (request, response) => {
        void asyncio.run(answer(request.url ?? "")).then(
          (text) => response.end(text),
          (error: Error) => response.writeHead(500).end(error.message),
        )
      })
      const busy = asyncio.createTask(async () => {
        for (;;) await asyncio.sleep(0)
      })
      const texts = await Promise.all([1, 2, 3].map(async (n) => (await fetch(`${url}${n}`)).text()))
      busy.cancel()
      return texts
    })
    assert.deepEqual(value, ["hello /1", "hello /2", "hello /3"])
  })

  it("bound with bind belongs to no task, even while the task lives", async (context) => {
    const { value } = await watchedReal(async () => {
      const asked: unknown[] = []
      const { url } = await listen(
        context,
        asyncio.bind((_request, response) => {
          asked.push(asyncio.currentTask())
          void asyncio.createTask(answer("/bound")).then((text) => response.end(text))
        }),
      )
      const text = await (await fetch(url)).text()
      return [text, asked]
    })
    assert.deepEqual(value, ["hello /bound", [undefined]])
  })
})

describe("a timer", () => {
  it("that repeats goes on after its task has ended, and may make tasks", async () => {
    const { value } = await watchedReal(async () => {
      const results: string[] = []
      const enough = Promise.withResolvers<void>()
      await asyncio.createTask(async () => {
        const timer = setInterval(() => {
          const task = asyncio.createTask(answer(String(results.length)))
          void task.then((text) => {
            results.push(text)
            if (results.length < 3) return
            clearInterval(timer)
            enough.resolve()
          })
        }, 3)
      })
      await enough.promise
      return results
    })
    assert.deepEqual(value.slice(0, 1), ["hello 0"])
    assert.ok(value.length >= 3)
  })
})

describe("an emitter", () => {
  it("made in one task and fired in another runs its listener as code of the one that fires", async () => {
    const { value } = await watchedReal(async () => {
      const emitter = new EventEmitter()
      const seen: unknown[] = []
      await asyncio.createTask(async () => {
        emitter.on("news", () => seen.push(asyncio.currentTask()?.getName()))
      })
      await asyncio.createTask(async () => emitter.emit("news"), { name: "firing" })
      return seen
    })
    assert.deepEqual(value, ["firing"])
  })

  it("can be awaited with events.once, and interrupted through task.signal", async () => {
    const { value, messages } = await watchedReal(async () => {
      const emitter = new EventEmitter()
      const waiting = asyncio.createTask(async () => {
        const { signal } = asyncio.currentTask() ?? assert.fail()
        await once(emitter, "never", { signal })
      })
      await asyncio.sleep(0.001)
      waiting.cancel()
      const error = await failureOf(waiting)
      return [error instanceof asyncio.CancelledError, emitter.listenerCount("never")]
    })
    assert.deepEqual(value, [true, 0])
    assert.deepEqual(messages, [])
  })
})
