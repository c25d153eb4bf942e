import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { LOOKS, LOOKS_TO_LOAD, TypeClient, type TypeWorker } from "../../playground/src/types/type-client.ts"
import type { Asked, FromTypes, Mistake, ProgramText } from "../../playground/src/types/type-messages.ts"

const mistake: Mistake = { from: 0, to: 1, message: "no tea", stops: false }

function program(text: string): ProgramText {
  return { file: "main.ts", text, others: {} }
}

class FakeWorker implements TypeWorker {
  readonly asked: Asked[] = []
  ended = false
  #hear: (event: { readonly data: unknown }) => void = () => undefined
  #crash: (event: { preventDefault(): void }) => void = () => undefined

  postMessage(message: Asked): void {
    this.asked.push(message)
  }

  terminate(): void {
    this.ended = true
  }

  addEventListener(type: "message" | "error", listener: (event: { readonly data: unknown; preventDefault(): void }) => void): void {
    if (type === "message") this.#hear = (event) => listener({ ...event, preventDefault: () => undefined })
    else this.#crash = (event) => listener({ data: undefined, preventDefault: () => event.preventDefault() })
  }

  say(message: FromTypes): void {
    this.#hear({ data: message })
  }

  /** Answers what was asked last. */
  answer(answer: Extract<FromTypes, { kind: "answer" }>["answer"]): void {
    const { id } = this.asked.at(-1) ?? { id: -1 }
    this.say({ kind: "answer", id, answer })
  }

  crash(): void {
    this.#crash({ preventDefault: () => undefined })
  }
}

/** A client, its workers, and the looks of its watch. */
function begun(): { client: TypeClient; workers: FakeWorker[]; look: (times: number) => void; watches: () => number } {
  const workers: FakeWorker[] = []
  const watches = new Set<() => void>()
  const client = new TypeClient({
    start() {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker
    },
    watch(look) {
      watches.add(look)
      return () => void watches.delete(look)
    },
  })
  const look = (times: number): void => {
    for (let time = 0; time < times; time += 1) for (const one of [...watches]) one()
  }
  return { client, workers, look, watches: () => watches.size }
}

describe("the page's end of the type service", () => {
  it("begins a worker at the first question, and asks when it is ready", async () => {
    const { client, workers, watches } = begun()
    assert.equal(client.state, "asleep")
    assert.equal(workers.length, 0)
    const answer = client.ask({ kind: "mistakes", program: program("tea") })
    assert.equal(client.state, "loading")
    assert.deepEqual(workers[0]?.asked, [])
    workers[0]?.say({ kind: "ready" })
    assert.equal(workers[0]?.asked.length, 1)
    workers[0]?.answer([mistake])
    assert.deepEqual(await answer, [mistake])
    assert.equal(watches(), 0)
  })

  it("asks one question at a time, what somebody waits for first, and of each kind the newest alone", async () => {
    const { client, workers } = begun()
    const first = client.ask({ kind: "mistakes", program: program("t") })
    workers[0]?.say({ kind: "ready" })
    const stale = client.ask({ kind: "mistakes", program: program("te") })
    const latest = client.ask({ kind: "mistakes", program: program("tea") })
    const offers = client.ask({ kind: "completions", program: program("tea"), at: 3 })
    assert.equal(await stale, undefined)
    assert.equal(workers[0]?.asked.length, 1)
    workers[0].answer([])
    assert.deepEqual(await first, [])
    assert.equal(workers[0].asked.at(-1)?.question.kind, "completions")
    workers[0].answer({ from: 0, offers: [] })
    assert.deepEqual(await offers, { from: 0, offers: [] })
    workers[0].answer([mistake])
    assert.deepEqual(await latest, [mistake])
    assert.deepEqual(workers[0].asked.map(({ question }) => question.program.text), ["t", "tea", "tea"])
  })

  it("hears nothing that is no answer to its question", async () => {
    const { client, workers } = begun()
    const answer = client.ask({ kind: "mistakes", program: program("tea") })
    workers[0]?.say({ kind: "ready" })
    workers[0]?.say({ kind: "answer", id: 77, answer: [mistake] })
    workers[0]?.answer({ from: 0, offers: [] })
    assert.equal(await answer, undefined)
  })

  it("ends a worker that hangs, asks no other about that text, and asks a new one about the next", async () => {
    const { client, workers, look } = begun()
    const hangs = client.ask({ kind: "mistakes", program: program("tea") })
    workers[0]?.say({ kind: "ready" })
    look(LOOKS - 1)
    assert.equal(workers[0]?.ended, false)
    assert.equal(client.prompt, false)
    const next = client.ask({ kind: "mistakes", program: program("chai") })
    look(1)
    assert.equal(workers[0].ended, true)
    assert.equal(await hangs, undefined)
    assert.equal(client.gaveUpOn("tea"), true)
    assert.equal(await client.ask({ kind: "hover", program: program("tea"), at: 0 }), undefined)
    workers[1]?.say({ kind: "ready" })
    assert.deepEqual(workers[1]?.asked.map(({ question }) => question.program.text), ["chai"])
    workers[1].answer([mistake])
    assert.deepEqual(await next, [mistake])
    // What the one before still says is nobody's answer.
    const another = client.ask({ kind: "mistakes", program: program("oolong") })
    workers[0].say({ kind: "answer", id: 2, answer: [mistake] })
    workers[1].answer([])
    assert.deepEqual(await another, [])
  })

  it("survives a crash at any time", async () => {
    const { client, workers } = begun()
    const asked = client.ask({ kind: "mistakes", program: program("tea") })
    workers[0]?.say({ kind: "ready" })
    workers[0]?.crash()
    assert.equal(await asked, undefined)
    workers[1]?.say({ kind: "ready" })
    workers[1]?.crash()
    const next = client.ask({ kind: "mistakes", program: program("chai") })
    workers[2]?.say({ kind: "ready" })
    workers[2]?.answer([])
    assert.deepEqual(await next, [])
    assert.deepEqual(workers.map(({ ended }) => ended), [true, true, false])
  })

  for (const [how, fail] of [
    ["cannot be loaded", (worker: FakeWorker) => worker.crash()],
    ["says that it lacks its files", (worker: FakeWorker) => worker.say({ kind: "failed", reason: "404" })],
    ["never gets ready", (_: FakeWorker, look: (times: number) => void) => look(LOOKS_TO_LOAD)],
  ] as const) {
    it(`answers nothing, for good, where the worker ${how}`, async () => {
      const { client, workers, look, watches } = begun()
      const answer = client.ask({ kind: "mistakes", program: program("tea") })
      for (const attempt of [0, 1]) {
        const worker = workers[attempt]
        assert.ok(worker !== undefined)
        fail(worker, look)
      }
      assert.equal(await answer, undefined)
      assert.equal(client.state, "off")
      assert.equal(await client.ask({ kind: "hover", program: program("tea"), at: 0 }), undefined)
      assert.deepEqual([workers.length, watches()], [2, 0])
    })
  }

  it("answers nothing where a browser has no such workers", async () => {
    const client = new TypeClient({
      start() {
        throw new TypeError("no module workers")
      },
      watch: () => () => undefined,
    })
    assert.equal(await client.ask({ kind: "mistakes", program: program("tea") }), undefined)
    assert.equal(client.state, "off")
  })

  it("ends its worker when the page is left, and begins another when it is come back to", async () => {
    const { client, workers, watches } = begun()
    const answer = client.ask({ kind: "mistakes", program: program("tea") })
    client.rest()
    assert.equal(await answer, undefined)
    assert.deepEqual([workers[0]?.ended, watches(), client.state], [true, 0, "asleep"])
    client.wake()
    assert.equal(workers.length, 2)
  })
})
