import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { test } from "node:test"
import { markAsUncloneable, MessageChannel } from "node:worker_threads"
import { deserialize, serialize } from "node:v8"
import * as asyncio from "asyncio-ts"
import { findUncloneable, refusal, refuseLost } from "#src/executors/wire/uncloneable.ts"
import { random, type Random } from "../../support/random.ts"

const NOTHING: ReadonlySet<object> = new Set()

function refused(value: unknown, transfer: object[] = []): unknown {
  try {
    structuredClone(value, { transfer: transfer as ArrayBuffer[] })
  } catch (error) {
    return error
  }
  return undefined
}

/** What `path` stands for in `value`; undefined where looking throws, as a getter may. */
function follow(path: string, value: unknown): { readonly thing: unknown } | undefined {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- a path is an expression, and this is what shows it
    return { thing: (new Function("value", `return (${path})`) as (value: unknown) => unknown)(value) }
  } catch {
    return undefined
  }
}

function pathIn(value: unknown): string | undefined {
  return findUncloneable(value, NOTHING)?.path
}

test("the path is written as people write it", () => {
  const bad = (): void => {}
  const cases: [string, unknown][] = [
    ["value", bad],
    ["value.options.onDone", { options: { onDone: bad } }],
    ["value[1][0].x", [0, [{ x: bad }]]],
    ['value["not a name"]', { "not a name": bad }],
    ["value[7]", { 7: bad }],
    ['value[""]', { "": bad }],
    ['value["01"]', { "01": bad }],
    ["value.größe.$_1", { größe: { $_1: bad } }],
    ['value[3].get("key")', [0, 0, 0, new Map([["key", bad]])]],
    ["value.get(7)", new Map([[7, bad]])],
    ["value.get(7n)", new Map([[7n, bad]])],
    ["value.get(NaN)", new Map([[NaN, bad]])],
    ["value.get(null)", new Map([[null, bad]])],
    ["[...value.m.values()][1].x", { m: new Map<unknown, unknown>([[{}, 0], [{}, { x: bad }]]) }],
    ["[...value.keys()][1]", new Map<unknown, unknown>([[1, 1], [bad, 1]])],
    ["[...value.tags][2].x", { tags: new Set([1, 2, { x: bad }]) }],
    ["[...[...value][0].keys()][0]", new Set([new Map([[bad, 1]])])],
    ["value.cause.cause", new Error("a", { cause: new Error("b", { cause: bad }) })],
    ["value.extra", Object.assign([1, 2], { extra: bad })],
  ]
  for (const [path, value] of cases) {
    assert.equal(pathIn(value), path)
    assert.ok(refused(value) !== undefined)
    assert.equal(follow(path, value)?.thing, bad, path)
  }
})

test("it is the first in the way, in the order in which cloning goes", () => {
  const url = new URL("http://x")
  assert.equal(pathIn([1, [url], () => 1]), "value[1][0]")
  assert.equal(pathIn({ a: [() => 1], b: url }), "value.a[0]")
  assert.equal(pathIn(new Map<unknown, unknown>([[url, () => 1]])), "[...value.keys()][0]")
  const error = Object.assign(new Error("e", { cause: () => 1 }), { name: Symbol("s") })
  assert.deepEqual(findUncloneable([error], NOTHING)?.path, "value[0].name")
})

test("every kind of value in the way is called what it is", async () => {
  const moved = new ArrayBuffer(4)
  const view = new Uint8Array(moved)
  structuredClone(moved, { transfer: [moved] })
  const shrunk = new ArrayBuffer(8, { maxByteLength: 8 })
  const beyond = new Uint16Array(shrunk, 4)
  shrunk.resize(2)
  const { port1 } = new MessageChannel()
  const cases: [string, unknown][] = [
    ["a function", () => 1],
    ["a function", async function* named() {}],
    ["a class", class A {}],
    ["a symbol", Symbol("x")],
    ["a symbol", Object(Symbol("x"))],
    ["a WeakMap", new WeakMap()],
    ["a WeakSet", new WeakSet()],
    ["a WeakRef", new WeakRef({})],
    ["a FinalizationRegistry", new FinalizationRegistry(() => {})],
    ["a promise", Promise.resolve()],
    ["a Proxy", new Proxy({}, {})],
    ["a Proxy", new Proxy(() => 1, {})],
    ["a Generator", (function* () {})()],
    ["an AsyncGenerator", (async function* () {})()],
    ["a Map Iterator", new Map().keys()],
    ["an Array Iterator", [1].values()],
    ["a URL", new URL("http://x")],
    ["a URLSearchParams", new URLSearchParams()],
    ["a Headers", new Headers()],
    ["a Request", new Request("http://x")],
    ["a Response", new Response("x")],
    ["a NumberFormat", new Intl.NumberFormat()],
    ["a MessagePort", port1],
    ["a ReadableStream", new ReadableStream()],
    ["a WritableStream", new WritableStream()],
    ["a TransformStream", new TransformStream()],
    ["an arguments object", (function () { return arguments })()],
    ["a module", await import("node:fs")],
    ["an ArrayBuffer that was moved before", moved],
    ["a Uint8Array whose memory was moved before", view],
    ["a DataView whose memory was moved before", (() => {
      const data = new DataView(new ArrayBuffer(2))
      structuredClone(data, { transfer: [data.buffer] })
      return data
    })()],
    ["a Uint16Array that reaches beyond its memory", beyond],
    ["a getter that throws RangeError('no')", Object.defineProperty({}, "x", { enumerable: true, get() { throw new RangeError("no") } })],
    ["a Timeout, which holds functions", setTimeout(() => {}, 0).unref()],
    ["an EventEmitter, which holds functions", new EventEmitter().on("x", () => {})],
  ]
  for (const [what, value] of cases) {
    assert.ok(refused(value) !== undefined, what)
    assert.equal(findUncloneable({ a: [value] }, NOTHING)?.what, what)
  }
  port1.close()
})

test("what can be cloned is not in the way", () => {
  class Point {
    #secret = 1
    x = 1
    secret(): number {
      return this.#secret
    }
  }
  const sparse: unknown[] = []
  sparse[4_000_000_000] = 1
  const cases = [
    1, "x", 1n, null, undefined, Object(1), Object("x"), Object(1n), new Date(NaN), /x/g, new Point(), Object.create(null), Object.assign([], { 1: 1 }),
    new Map([[{}, new Set([1])]]), new SharedArrayBuffer(4), new Int32Array(new SharedArrayBuffer(4)), Buffer.from("abc"), new DataView(new ArrayBuffer(1)),
    new AggregateError([() => 1]), Object.assign(new Error("x"), { left: () => 1 }), new DOMException("x", { name: "AbortError", cause: () => 1 } as never),
    { [Symbol("left")]: () => 1 }, Object.defineProperty({}, "left", { value: () => 1 }), Object.assign(new Map(), { left: () => 1 }), new Blob(["x"]), sparse,
  ]
  for (const value of cases) {
    assert.equal(refused(value), undefined)
    assert.equal(findUncloneable({ a: [value] }, NOTHING), null)
  }
})

test("coroutines, futures and tasks are told from data, and to be awaited first", async () => {
  await asyncio.run(async () => {
    const work = asyncio.coroutine("work", async () => 1)()
    const task = asyncio.createTask(asyncio.sleep(0))
    const future = new asyncio.Future<number>()
    for (const [what, value] of [["a coroutine", work], ["a Task", task], ["a Future", future]] as const) {
      assert.deepEqual(findUncloneable([value], NOTHING), { path: "value[0]", what, advice: "await it first and send its result" })
      assert.throws(() => refuseLost("cannot send", [1, value]), {
        name: "TypeError",
        message: `cannot send: argument 2 is ${what}, which cannot be cloned; await it first and send its result`,
      })
      assert.throws(() => refuseLost("cannot send", [{ inside: value }]), { message: new RegExp(`^cannot send: argument 1.inside is ${what}`) })
    }
    assert.throws(() => refuseLost("cannot give back", [new AbortController().signal], { name: "result" }), {
      message: "cannot give back: result is an AbortSignal, which cannot be cloned; inside the job, currentSignal() tells of its cancellation",
    })
    assert.throws(() => refuseLost("cannot give back", [task], "result"), { message: /^cannot give back: result is a Task, which/ })
    let called = false
    refuseLost("cannot send", [1, null, "x", { get trap() { called = true; return task } }, [task], new Proxy({}, { getPrototypeOf() { throw new Error("looked at") } })])
    assert.equal(called, false)
    await work
    await task
  })
})

test("what a process would get empty is refused there, and only there", () => {
  class URLSearchParams {}
  const port = new MessageChannel().port1
  for (const [what, value] of [["a URL", new URL("http://x")], ["a Blob", new Blob()], ["a Request", new Request("http://x")], ["a MessagePort", port]] as const) {
    assert.throws(() => refuseLost("cannot send", [{ value }], { boundary: "process" }), {
      message: `cannot send: argument 1.value is ${what}, which cannot be cloned; processes get plain data only; send what is in it`,
    })
    refuseLost("cannot send", [{ value }])
  }
  refuseLost("cannot send", [new URLSearchParams(), new Date(), [1], new Map()], { boundary: "process" })
  port.close()
})

test("a value that leads back to itself is no trap, with or without something in the way", () => {
  const loop: Record<string, unknown> = { list: [] }
  loop["self"] = loop
  ;(loop["list"] as unknown[]).push(loop, new Map([[loop, new Set([loop])]]))
  assert.equal(findUncloneable(loop, NOTHING), null)
  ;(loop["list"] as unknown[]).push(() => 1)
  assert.equal(pathIn(loop), "value.list[2]")
})

test("what is nested deeper than the stack is searched all the same", () => {
  let value: unknown = { bad: () => 1 }
  for (let i = 0; i < 200_000; i += 1) value = [value]
  const path = pathIn(value)
  assert.equal(path?.length, "value".length + 200_000 * "[0]".length + ".bad".length)
  const { message } = refusal("cannot send", [value], new DOMException("x", "DataCloneError"))
  assert.ok(message.length < 500, message)
  assert.match(message, /^cannot send: argument 1\[0\].* … .*\[0\]\.bad is a function/)
})

test("what was marked as uncloneable is found, by a trial, in whatever holds it", () => {
  class Node {
    inner: unknown
    constructor(inner: unknown) {
      this.inner = inner
    }
  }
  const marked = { data: [1, 2] }
  markAsUncloneable(marked)
  const value = { fine: [new Node({ a: 1 })], list: [new Node(new Map([["k", new Node(marked)]]))] }
  assert.equal(pathIn(value), 'value.list[0].inner.get("k").inner')
  const owner = new Node(undefined)
  owner.inner = { owner }
  markAsUncloneable(owner)
  assert.equal(pathIn({ owner }), "value.owner")
})

test("what is moved need not be cloned, and what it is in is no obstacle", () => {
  class Holder {
    port: unknown
    constructor(port: unknown) {
      this.port = port
    }
  }
  const { port1 } = new MessageChannel()
  const stream = new ReadableStream()
  const value = [new Holder(port1), { stream }]
  assert.equal(pathIn(value), "value[0].port")
  assert.equal(findUncloneable(value, new Set<object>([port1]))?.path, "value[1].stream")
  assert.equal(findUncloneable(value, new Set<object>([port1, stream])), null)
  port1.close()
})

test("processes share no memory, and that is said of them only", () => {
  const memory = new SharedArrayBuffer(4)
  assert.throws(() => serialize(memory))
  assert.equal(findUncloneable({ memory }, NOTHING), null)
  assert.deepEqual(findUncloneable({ memory }, NOTHING, { boundary: "process", root: "result" }), {
    path: "result.memory",
    what: "a SharedArrayBuffer",
    advice: "processes share no memory; use worker threads, or send a copy of it",
  })
  assert.equal(findUncloneable({ view: new Int8Array(memory) }, NOTHING, { boundary: "process" }), null)
  try {
    serialize([memory])
  } catch (error) {
    assert.match(refusal("cannot send", [[memory]], error).message, /argument 1\[0\] is a SharedArrayBuffer/)
  }
})

test("an object of this thread is named, not what it has inside", () => {
  const emitter = new EventEmitter().on("x", () => {})
  assert.equal(pathIn({ a: { emitter } }), "value.a.emitter")
  const mine = Object.assign(new EventEmitter(), { onDone: () => 1 })
  assert.equal(pathIn(mine), "value.onDone", "what the program put there is its own")
})

test("a refusal says what was attempted, where, what and what to do, with the platform's error as cause", () => {
  const args = [1, { options: { onDone: () => 1 } }]
  const error = refused(args)
  const made = refusal("cannot send the arguments of 'analyse' to a worker", args, error)
  assert.ok(made instanceof TypeError)
  assert.equal(made.cause, error)
  assert.equal(
    made.message,
    "cannot send the arguments of 'analyse' to a worker: argument 2.options.onDone is a function, which cannot be cloned; " +
      "send data and keep functions here (or export the function from a module)",
  )
  const result = { stream: new ReadableStream() }
  assert.equal(
    refusal("cannot give back the result of 'analyse'", [result], refused(result), "result").message,
    "cannot give back the result of 'analyse': result.stream is a ReadableStream, which cannot be cloned; it can only be moved: transfer(value, [it])",
  )
})

test("a refusal without a value in the way gives the platform's words", () => {
  let deep: unknown = 1
  for (let i = 0; i < 200_000; i += 1) deep = [deep]
  assert.match(refusal("cannot send", [deep], refused(deep)).message, /^cannot send: it is nested too deeply to be cloned \(Maximum call stack/)
  const odd = new DOMException("out of tape", "DataCloneError")
  assert.equal(refusal("cannot send", [1], odd).message, "cannot send: DataCloneError('out of tape'); send plain data")
  assert.match(refusal("cannot send", [1], new Error("channel closed")).message, /channel closed/)
})

test("a wrong transfer list is refused by its entry", () => {
  const moved = new ArrayBuffer(4)
  structuredClone(moved, { transfer: [moved] })
  const twice = new ArrayBuffer(4)
  const locked = new ReadableStream()
  locked.getReader()
  const good = new ArrayBuffer(1)
  const cases: [RegExp, object[]][] = [
    [/entry 2 of the transfer list is a Uint8Array, which cannot be moved itself; list its memory: its \.buffer/, [good, new Uint8Array(4)]],
    [/entry 1 .* is a Buffer, .*shared with other buffers/, [Buffer.from("abc")]],
    [/entry 1 .* is an ArrayBuffer that may not be moved/, [Buffer.from("abc").buffer]],
    [/entry 3 .* is entry 2 once more; list it once/, [good, twice, twice]],
    [/entry 1 .* is an ArrayBuffer that was moved before/, [moved]],
    [/entry 1 .* is a ReadableStream that is locked/, [locked]],
    [/entry 1 .* is a SharedArrayBuffer; both sides keep/, [new SharedArrayBuffer(1)]],
    [/entry 1 .* is an Object, which cannot be moved; leave it out/, [{}]],
    [/entry 1 .* is a Map, which cannot be moved/, [new Map()]],
  ]
  for (const [message, transferList] of cases) {
    const error = refused(transferList, transferList)
    assert.ok(error !== undefined, String(message))
    assert.match(refusal("cannot send", [transferList], error, { transferList }).message, message)
  }
})

class Instance {
  #secret = 1
  inner: unknown
  constructor(inner: unknown) {
    this.inner = inner
  }
  method(): number {
    return this.#secret
  }
}

interface Made {
  /** What is to be moved, all of it used once. */
  readonly transfer: object[]
  readonly ancestors: object[]
  /** Percent of leaves that are in the way. */
  readonly bad: number
}

const GOOD: ((made: Made) => unknown)[] = [
  () => 1, () => "text", () => null, () => undefined, () => 5n, () => new Date(0), () => /x/, () => Object("boxed"), () => new Uint8Array(3),
  () => new SharedArrayBuffer(2), () => new ArrayBuffer(3), () => new Blob([]), () => new DOMException("m", "AbortError"), () => Object.create(null),
  ({ transfer }) => at(transfer, new MessageChannel().port1), ({ transfer }) => at(transfer, new ArrayBuffer(2)), ({ transfer }) => at(transfer, new ReadableStream()),
]
const BAD: (() => unknown)[] = [
  () => () => 1, () => Symbol("s"), () => Symbol.iterator, () => class {}, () => new WeakMap(), () => new WeakRef({}), () => Promise.resolve(), () => new Proxy([], {}),
  () => (function* () {})(), () => new URL("http://x"), () => new Headers(), () => new MessageChannel().port2, () => new Map().values(),
  () => new TransformStream(), () => Object(Symbol("s")), () => ({ get trap(): never { throw new RangeError("trap") } }),
  () => new Error("x", { cause: () => 1 }),
  () => Object.assign(new Error("x"), { name: Symbol("s") }),
  () => marked({}), () => marked({ a: 1, b: [2] }), () => marked(new Instance([1])),
  () => {
    const view = new Float32Array(2)
    structuredClone(view, { transfer: [view.buffer] })
    return view
  },
]

function at<T extends object>(list: object[], value: T): T {
  list.push(value)
  return value
}

function marked<T extends object>(value: T): T {
  markAsUncloneable(value)
  return value
}

function generate(random: Random, made: Made, depth: number): unknown {
  if (made.ancestors.length > 0 && random.chance(6)) return random.pick(made.ancestors)
  if (depth === 0 || random.chance(25)) return random.chance(made.bad) ? random.pick(BAD)() : random.pick(GOOD)(made)
  const count = random.below(4)
  const inside = (holder: object): unknown => generate(random, { ...made, ancestors: [...made.ancestors, holder] }, depth - 1)
  switch (random.below(6)) {
    case 0: {
      const list: unknown[] = []
      for (let i = 0; i < count; i += 1) list[random.below(8)] = inside(list)
      return list
    }
    case 1: {
      const map = new Map<unknown, unknown>()
      for (let i = 0; i < count; i += 1) map.set(random.chance(70) ? random.pick(["key", 3, true, "a b"]) : inside(map), inside(map))
      return map
    }
    case 2: {
      const set = new Set()
      for (let i = 0; i < count; i += 1) set.add(inside(set))
      return set
    }
    case 3: {
      const error = new TypeError("e")
      error.cause = inside(error)
      return Object.assign(error, { left: () => 1 })
    }
    case 4: {
      const instance = new Instance(undefined)
      instance.inner = inside(instance)
      return instance
    }
    default: {
      const object: Record<string, unknown> = random.chance(20) ? (Object.create(null) as Record<string, unknown>) : {}
      for (let i = 0; i < count; i += 1) object[random.pick(["a", "b", "not a name", "7", "", "__proto__x", "constructor"])] = inside(object)
      return object
    }
  }
}

random("a path is found exactly where cloning fails, and leads to a thing that cannot be cloned", 3_000, (random) => {
  const made: Made = { transfer: [], ancestors: [], bad: random.pick([0, 5, 30]) }
  const value = generate(random, made, 5)
  const found = findUncloneable(value, new Set(made.transfer))
  // What a path leads to is tried before anything is moved.
  const end = found === null ? undefined : follow(found.path, value)
  if (found !== null) {
    assert.equal(end === undefined, found.what.startsWith("a getter that throws"), found.path)
    if (end !== undefined) assert.ok(refused(end.thing) !== undefined, `${found.path} can be cloned`)
  }
  const error = refused(value, made.transfer)
  assert.equal(found !== null, error !== undefined, `${found?.path} is ${found?.what}: ${String(error)}`)
})

random("so it is where a process is sent something", 1_000, (random) => {
  const refusedByProcess = (value: unknown): boolean => {
    try {
      void deserialize(serialize(value))
      return false
    } catch {
      return true
    }
  }
  const made: Made = { transfer: [], ancestors: [], bad: random.pick([0, 5, 30]) }
  const value = generate(random, made, 5)
  const found = findUncloneable(value, NOTHING, { boundary: "process" })
  assert.equal(found !== null, refusedByProcess(value), `${found?.path} is ${found?.what}`)
  const end = found === null ? undefined : follow(found.path, value)
  if (end !== undefined) assert.ok(refusedByProcess(end.thing), `${found?.path} can be cloned`)
})
