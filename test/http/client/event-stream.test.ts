import assert from "node:assert/strict"
import type { ServerResponse } from "node:http"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { failure, serving } from "./serving.ts"

function events(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
}

async function all(source: AsyncIterable<http.ReceivedEvent>): Promise<http.ReceivedEvent[]> {
  const found: http.ReceivedEvent[] = []
  for await (const event of source) found.push(event)
  return found
}

test("events have a kind, data and the last id, however the bytes are cut", () => {
  const text = Buffer.from(": hello\n\ndata: süß\n\nevent: tea\nid: 7\ndata: one\ndata: two\n\r\ndata:three\r\r\nevent: empty\n\nid:\ndata\n\ndata: cut off")
  const expected = [
    { event: "message", data: "süß", id: "" },
    { event: "tea", data: "one\ntwo", id: "7" },
    { event: "message", data: "three", id: "7" },
    { event: "message", data: "", id: "" },
  ]
  return serving(
    (request, response) => {
      const size = Number(request.url?.slice(1))
      events(response)
      for (let at = 0; at < text.length; at += size) response.write(text.subarray(at, at + size))
      response.end()
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      for (const size of [1, 2, 3, 7, 1000]) {
        assert.deepEqual(await client.stream("GET", `/${size}`).run((response) => all(response.events())), expected, `pieces of ${size}`)
      }
      assert.deepEqual(await all((await client.get("/5")).events()), expected)
      await client.close()
    },
  )
})

test("an event is given while the stream goes on, and leaving the loop ends the request", () =>
  serving((_request, response) => void events(response).write("data: one\n\n"), async (server) => {
    const data = await http.stream("GET", server.url).run(async (response) => {
      for await (const { data } of response.events()) return data
      return undefined
    })
    assert.equal(data, "one")
    await server.untilOpen(0)
  }))

test("with reconnect a lost stream goes on after the last event, until the server says 204", () => {
  const asked: (string | undefined)[] = []
  return serving(
    (request, response) => {
      asked.push(request.headers["last-event-id"] as string | undefined)
      switch (asked.length) {
        case 1:
          events(response).write("retry: 1\nid: a\ndata: 1\n\ndata: lost", () => request.socket.destroy())
          break
        case 2:
          request.socket.destroy()
          break
        case 3:
          events(response).end("id: b\ndata: 2\n\n")
          break
        default:
          response.writeHead(204).end()
      }
    },
    async (server) => {
      const found = await http.stream("GET", server.url).run((response) => all(response.events({ reconnect: true })))
      assert.deepEqual(found, [{ event: "message", data: "1", id: "a" }, { event: "message", data: "2", id: "b" }])
      assert.deepEqual(asked, [undefined, "a", "a", "b"])
    },
  )
})

test("reconnect as a number is how often in a row it may fail; without it the end is the end", () =>
  serving(
    (request, response) => {
      if (request.url === "/") events(response).write("data: 1\n\n", () => request.socket.destroy())
      else if (request.headers["last-event-id"] === undefined) events(response).end("id: 1\ndata: 1\n\n")
      else request.socket.destroy()
    },
    async (server) => {
      const client = new http.Client({ baseUrl: server.url })
      const cut = await failure(client.stream("GET", "/").run((response) => all(response.events())))
      assert.ok(cut instanceof http.TransportError)
      const found: string[] = []
      const error = await failure(
        client.stream("GET", "/twice").run(async (response) => {
          for await (const { data } of response.events({ reconnect: 2, retryDelay: 0.001 })) found.push(data)
        }),
      )
      assert.ok(error instanceof http.RemoteProtocolError)
      assert.deepEqual(found, ["1"])
      await client.close()
    },
  ))

test("cancelled while it waits to connect again, nothing is left", () =>
  serving((_request, response) => events(response).end("data: 1\n\n"), async (server) => {
    const client = new http.Client()
    const task = asyncio.createTask(client.stream("GET", server.url).run((response) => all(response.events({ reconnect: true, retryDelay: 60 }))))
    while (client.statistics().idle === 0) await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.wait([task])
    assert.ok(task.cancelled())
    await client.close()
  }))

test("what is no stream of events is refused: another type, another status", () =>
  serving((request, response) => response.writeHead(Number(request.url?.slice(1)), { "content-type": "text/html" }).end("<p>"), async (server) => {
    const client = new http.Client({ baseUrl: server.url })
    const read = (path: string): PromiseLike<unknown> => client.stream("GET", path).run((response) => all(response.events({ reconnect: true })))
    const html = await failure(read("/200"))
    assert.ok(html instanceof http.DecodingError)
    assert.match(html.message, /events come as text\/event-stream, not as "text\/html"/)
    assert.ok((await failure(read("/500"))) instanceof http.HTTPStatusError)
    assert.match((await failure(read("/206"))).message, /events come with status 200, not 206/)
    await client.close()
  }))

test("an event without end is a DecodingError, and takes bounded memory", () =>
  serving(
    (_request, response) => {
      events(response)
      const more = (): void => {
        while (response.write(`data: ${"x".repeat(10_000)}\n`)) {
          // until its buffer is full
        }
      }
      response.on("drain", more)
      more()
    },
    async (server) => {
      const error = await failure(http.stream("GET", server.url).run((response) => all(response.events({ limit: 100_000 }))))
      assert.ok(error instanceof http.DecodingError)
      assert.match(error.message, /an event is longer than 100000 characters; give a limit/)
      await server.untilOpen(0)
    },
  ))

test("options that cannot be meant are refused at the call", () =>
  serving((_request, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end("data: 1\n\n"), async (server) => {
    const response = await http.get(server.url)
    for (const [options, kind, message] of [
      [{ reconnect: "yes" }, TypeError, /^reconnect, .* but "yes"/],
      [{ reconnect: -1 }, RangeError, /^reconnect, .* but is -1/],
      [{ retryDelay: -1 }, RangeError, /^retryDelay is at least 0 seconds, but is -1/],
      [{ limit: "long" }, TypeError, /^the limit of an event is a whole number, but "long"/],
    ] as const) {
      assert.throws(() => response.events(options as never), (error) => error instanceof kind && message.test(error.message), JSON.stringify(options))
    }
    assert.throws(() => response.lines({ limit: 0 }), RangeError)
  }))

test("an id that no header can carry counts as none", () => {
  const ids: (string | undefined)[] = []
  return serving(
    (request, response) => {
      ids.push(request.headers["last-event-id"] as string | undefined)
      if (ids.length === 3) response.writeHead(204).end()
      else response.writeHead(200, { "content-type": "text/event-stream" }).end(ids.length === 1 ? "id: good\ndata: 1\n\n" : "id: b\u0001d\ndata: 2\n\n")
    },
    async (server) => {
      const client = new http.Client()
      const found = await client.stream("GET", server.url).run(async (response) => {
        const events: string[] = []
        for await (const { data, id } of response.events({ reconnect: true, retryDelay: 0 })) events.push(`${data} ${id}`)
        return events
      })
      assert.deepEqual(found, ["1 good", "2 good"])
      assert.deepEqual(ids, [undefined, "good", "good"])
      await client.close()
    },
  )
})
