/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 awaits its handlers, which is the subject here */
/** Express: middleware and handlers are called by code that knows nothing of loops. */
import assert from "node:assert/strict"
import { once } from "node:events"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, it, type TestContext } from "node:test"

import * as asyncio from "asyncio-ts"
import express, { type Express } from "express"
import { soon, watchedReal } from "../core/support/watched.ts"

const greet = asyncio.coroutine("greet", async (name: string) => {
  await asyncio.sleep(0.001)
  if (name === "nobody") throw new RangeError("nobody to greet")
  return `hello ${name}`
})

async function serve(context: TestContext, app: Express): Promise<string> {
  const server: Server = app.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo // a TCP server has such an address
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${port}`
}

async function ask(url: string): Promise<[number, string]> {
  const response = await fetch(url)
  return [response.status, await response.text()]
}

/** Errors as text, so that Express does not write them to the console. */
function tellErrors(app: Express): void {
  app.use((error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).send(`${error.name}: ${error.message}`)
  })
}

describe("an Express application", () => {
  it("made in a task that lives awaits ours bare, returns coroutines as promises, and passes errors on", async (context) => {
    const { value, messages } = await watchedReal(async () => {
      const app = express()
      app.get("/async/:name", async (request, response) => {
        response.send(await greet(request.params.name))
      })
      // Express calls `then` of what a handler returns, synchronously.
      app.get("/returned/:name", (request, response) =>
        greet(request.params.name).then((text) => {
          response.send(text)
        }),
      )
      tellErrors(app)
      const url = await serve(context, app)
      const answers = await Promise.all([
        ask(`${url}/async/Ann`),
        ask(`${url}/returned/Bob`),
        ask(`${url}/async/nobody`),
        ask(`${url}/returned/nobody`),
      ])
      return answers
    })
    assert.deepEqual(value, [
      [200, "hello Ann"],
      [200, "hello Bob"],
      [500, "RangeError: nobody to greet"],
      [500, "RangeError: nobody to greet"],
    ])
    assert.deepEqual(messages, [])
  })

  it("outside any loop runs one for each request, many at a time", async (context) => {
    const app = express()
    app.get("/:name", async (request, response) => {
      response.send(await asyncio.run(greet(request.params.name)))
    })
    tellErrors(app)
    const url = await serve(context, app)
    const names = Array.from({ length: 20 }, (_, i) => `guest${i}`)
    const answers = await soon(Promise.all(names.map((name) => ask(`${url}/${name}`))))
    const failed = await soon(ask(`${url}/nobody`))
    assert.deepEqual(answers, names.map((name) => [200, `hello ${name}`]))
    assert.deepEqual(failed, [500, "RangeError: nobody to greet"])
  })

  it("tells a handler that awaits bare outside any loop what to do, instead of hanging", async (context) => {
    const app = express()
    app.get("/:name", async (request, response) => {
      response.send(await greet(request.params.name))
    })
    tellErrors(app)
    const url = await serve(context, app)
    const [status, text] = await soon(ask(`${url}/Ann`))
    assert.equal(status, 500)
    assert.match(text, /RuntimeError: no running event loop to await 'greet' on; use asyncio\.run\(greet\(…\)\)/)
  })

  it("may be shared by two runs that end while it goes on", async (context) => {
    const app = express()
    app.get("/:name", async (request, response) => {
      const text: string = await asyncio.run(greet(request.params.name))
      response.send(text)
    })
    const url = await serve(context, app)
    const program = (name: string): Promise<string> =>
      asyncio.run(async () => {
        const [, text] = await ask(`${url}/${name}`)
        return text
      })
    const first = await soon(Promise.all([program("one"), program("two")]))
    const later = await soon(program("three"))
    assert.deepEqual([...first, later], ["hello one", "hello two", "hello three"])
  })

  it("gives each request its own context variables", async (context) => {
    const user = new asyncio.ContextVar<string>("user", { default: "nobody" })
    const { value } = await watchedReal(async () => {
      const app = express()
      const who = asyncio.coroutine("who", async () => {
        await asyncio.sleep(0.001)
        return user.get()
      })
      app.get("/:name", async (request, response) => {
        const task = asyncio.createTask(async () => {
          user.set(request.params.name)
          return who()
        })
        response.send(await task)
      })
      const url = await serve(context, app)
      const answers = await Promise.all(["Ann", "Bob", "Cid"].map((name) => ask(`${url}/${name}`)))
      return [...answers.map(([, text]) => text), user.get()]
    })
    assert.deepEqual(value, ["Ann", "Bob", "Cid", "nobody"])
  })
})
