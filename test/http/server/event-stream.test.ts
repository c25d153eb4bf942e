import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { createParser, type EventSourceMessage } from "eventsource-parser"
import * as asyncio from "asyncio-ts"
import { eventStream, type EventStreamOptions, type ServerSentEvent } from "asyncio-ts/http"
import { get, others, RawClient, serving, until } from "./support.ts"

async function* of(...events: (ServerSentEvent | string)[]): AsyncGenerator<ServerSentEvent | string> {
  yield* events
}

/** What an EventSource would see of the events. */
async function seen(events: AsyncIterable<ServerSentEvent | string>, options?: EventStreamOptions): Promise<EventSourceMessage[]> {
  const messages: EventSourceMessage[] = []
  await serving(() => eventStream(events, options), {}, async ({ url }) => {
    const answer = await fetch(url)
    assert.equal(answer.headers.get("content-type"), "text/event-stream")
    const parser = createParser({ onEvent: (message) => void messages.push(message) })
    parser.feed(await answer.text())
  })
  return messages
}

describe("eventStream", () => {
  it("sends events as an EventSource reads them", async () => {
    const messages = await seen(of("plain", { event: "state", id: "7", data: { cups: 2 } }, { data: "two\nlines\r\nor three" }))
    assert.deepEqual(messages, [
      { data: "plain", event: undefined, id: undefined },
      { data: '{"cups":2}', event: "state", id: "7" },
      { data: "two\nlines\nor three", event: undefined, id: undefined },
    ])
  })

  it("sends each event when it is there, a heartbeat while there is none, and the time to come again", async () => {
    const go = new asyncio.Event()
    async function* events(): AsyncGenerator<string> {
      yield "first"
      await go.wait()
      yield "second"
    }
    await serving(() => eventStream(events(), { heartbeat: 0.01, retry: 2.5 }), {}, async ({ port }) => {
      const client = new RawClient(port).send(get("/", "Connection: close\r\n"))
      await client.expect(/retry: 2500\n\n[^]*data: first\n\n[^]*:\n\n[^]*:\n\n/)
      go.set()
      assert.match(await client.rest(), /data: second\n\n/)
    })
  })

  it("cancels its source when the client goes away, which has cleaned up before the request's task ends", async () => {
    const steps: string[] = []
    async function* events(): AsyncGenerator<string> {
      try {
        for (;;) {
          yield "tick"
          await asyncio.sleep(0.001)
        }
      } finally {
        await asyncio.sleep(0.001)
        steps.push("cleaned up")
      }
    }
    await serving(() => eventStream(events()), {}, async ({ port }) => {
      const client = new RawClient(port).send(get("/"))
      await client.expect(/tick[^]*tick/)
      client.gone()
      await until(() => others().length === 0)
      assert.deepEqual(steps, ["cleaned up"])
    })
  })

  it("cuts the connection off when its source fails, and reports that", async () => {
    async function* events(): AsyncGenerator<string> {
      yield "first"
      await asyncio.sleep(0.001)
      throw new RangeError("spilt")
    }
    await serving(() => eventStream(events()), {}, async ({ url, reports }) => {
      await assert.rejects((await fetch(url)).text(), /terminated/)
      assert.deepEqual(reports.splice(0).map(({ exception }) => String(exception)), ["RangeError: spilt"])
    })
  })

  it("refuses what would break out of its line, and what is no stream of events", async () => {
    await serving(() => eventStream(of({ event: "a\ndata: b" })), {}, async ({ url, reports }) => {
      assert.equal((await fetch(url)).status, 500)
      assert.match(String(reports.splice(0)[0]?.exception), /TypeError: the event of a server-sent event is a string of one line/)
    })
    assert.throws(() => eventStream([] as never), /TypeError: eventStream takes an async iterable/)
    assert.throws(() => eventStream(of(), { heartbeat: 0 }), RangeError)
  })
})
