import assert from "node:assert/strict"
import { open } from "node:fs/promises"
import { test } from "node:test"
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads"
import { takeTransfers, transfer, type Transferable } from "#src/executors/wire/transfer.ts"
import { refusal } from "#src/executors/wire/uncloneable.ts"

function send(...args: unknown[]): unknown {
  const { port1, port2 } = new MessageChannel()
  try {
    port1.postMessage(args, takeTransfers(args))
    return (receiveMessageOnPort(port2)?.message as unknown[])[0]
  } finally {
    port1.close()
  }
}

function taken(value: unknown): Transferable[] {
  return takeTransfers([transfer(value)])
}

test("a marked value is moved: it arrives whole, and is gone here", () => {
  const samples = new Float64Array([1, 2, 3])
  const given = { samples, rest: "copied" }
  assert.equal(transfer(given), given)
  const back = send(given) as typeof given
  assert.deepEqual(back, { samples: new Float64Array([1, 2, 3]), rest: "copied" })
  assert.equal(samples.length, 0)
  assert.ok(samples.buffer.detached)
})

test("what is not marked is copied", () => {
  const samples = new Float64Array([1])
  send({ samples })
  assert.equal(samples.length, 1)
})

test("without a list, all buffers, ports and streams in the value are moved, each once", async () => {
  const { port1 } = new MessageChannel()
  const buffer = new ArrayBuffer(4)
  const [readable, writable, both] = [new ReadableStream(), new WritableStream(), new TransformStream()]
  const view = new DataView(new ArrayBuffer(2))
  const file = await open(import.meta.filename)
  const value = {
    map: new Map<unknown, unknown>([[buffer, new Set([port1])]]),
    list: [buffer, new Uint8Array(buffer), [view]],
    error: new Error("e", { cause: [readable, writable] }),
    both,
    file,
    loop: undefined as unknown,
  }
  value.loop = value
  const found = taken(value)
  assert.equal(new Set(found).size, found.length)
  assert.deepEqual(new Set<unknown>(found), new Set<unknown>([buffer, port1, view.buffer, readable, writable, both, file]))
  port1.close()
  await file.close()
})

test("a value that can be moved itself is the list", () => {
  const buffer = new ArrayBuffer(1)
  const { port1 } = new MessageChannel()
  assert.deepEqual(taken(buffer), [buffer])
  assert.deepEqual(taken(new Uint8Array(buffer)), [buffer])
  assert.deepEqual(taken(port1), [port1])
  port1.close()
})

test("what cannot or need not be moved is left to be copied", () => {
  let called = false
  class Fresh {
    shared = new SharedArrayBuffer(1)
    view = new Int32Array(new SharedArrayBuffer(4))
    pooled = Buffer.from("abc")
    proxy = new Proxy({ buffer: new ArrayBuffer(1) }, {})
    declare trap: ArrayBuffer
    constructor() {
      Object.defineProperty(this, "trap", { enumerable: true, get: () => { called = true; return new ArrayBuffer(1) } })
    }
  }
  const moved = new ArrayBuffer(1)
  structuredClone(moved, { transfer: [moved] })
  assert.deepEqual(taken([new Fresh(), moved]), [])
  assert.equal(called, false, "a getter may give another buffer the next time")
  for (const value of [5, "text", null, undefined]) assert.equal(transfer(value), value)
  assert.deepEqual(takeTransfers([5, null, undefined, {}, () => 1]), [])
})

test("with a list, exactly that is moved", () => {
  const [a, b] = [new Uint8Array([1]), new Uint8Array([2])]
  assert.deepEqual(send(transfer([a, b], [a.buffer])), [new Uint8Array([1]), new Uint8Array([2])])
  assert.deepEqual([a.length, b.length], [0, 1])
  assert.deepEqual(takeTransfers([transfer([b], [])]), [])
})

test("a mark counts once, and the last one counts", () => {
  const value = { a: new ArrayBuffer(1), b: new ArrayBuffer(1) }
  transfer(value)
  transfer(value, [value.b])
  assert.deepEqual(takeTransfers([value]), [value.b])
  assert.deepEqual(takeTransfers([value]), [])
})

test("memory in two arguments is moved once", () => {
  const buffer = new ArrayBuffer(2)
  const args = [transfer(new Uint8Array(buffer)), transfer(new Uint16Array(buffer))]
  assert.deepEqual(takeTransfers(args), [buffer])
})

test("what was moved and is sent again is refused with the place and the reason", () => {
  const samples = transfer(new Float64Array(2))
  send({ other: 1 }, samples)
  let error: unknown
  assert.throws(() => send({ samples }), (refused) => {
    error = refused
    return true
  })
  assert.equal(
    refusal("cannot send the arguments of 'analyse' to a worker", [{ samples }], error).message,
    "cannot send the arguments of 'analyse' to a worker: argument 1.samples is a Float64Array whose memory was moved before, which cannot be cloned; " +
      "transfer(…) gives it away for good: send what the first job gives back, or a copy each time",
  )
})

test("a wrong list is refused at the call, by its entry", () => {
  const buffer = new ArrayBuffer(1)
  const moved = new ArrayBuffer(1)
  structuredClone(moved, { transfer: [moved] })
  const view = new Uint8Array(1)
  const cases: [RegExp, unknown, unknown][] = [
    [/^cannot transfer: entry 1 of the list is a Uint8Array, which cannot be moved itself; list its memory: its \.buffer$/, view, [view]],
    [/^cannot transfer: entry 2 of the list is entry 1 once more/, [buffer], [buffer, buffer]],
    [/^cannot transfer: entry 2 of the list is an ArrayBuffer that was moved before/, [buffer, moved], [buffer, moved]],
    [/^cannot transfer: entry 1 of the list is 5; only objects are moved/, 5, [5]],
    [/^cannot transfer: entry 2 of the list, an ArrayBuffer, is not in the value: it would be lost/, { a: [buffer] }, [buffer, view.buffer]],
    [/^cannot transfer: entry 1 of the list, an ArrayBuffer, is not in the value/, 5, [buffer]],
    [/^cannot transfer: the list is not an array/, buffer, buffer],
  ]
  for (const [message, value, list] of cases) {
    assert.throws(() => transfer(value, list as Transferable[]), { name: "TypeError", message })
    assert.deepEqual(takeTransfers([value]), [], "nothing is marked")
  }
})

test("64 MB are moved without a copy", () => {
  const big = new Uint8Array(64 << 20)
  const before = process.memoryUsage().arrayBuffers
  const back = send(transfer(big)) as Uint8Array
  assert.equal(back.length, 64 << 20)
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 << 20)
})

test("what holds too much to be searched is told to name what is to be moved", () => {
  const value = { many: Array.from({ length: 1_000_001 }, () => ({})), buffer: new ArrayBuffer(1) }
  assert.throws(() => transfer(value), /more than 1000000 objects.*name it: transfer\(value, \[buffer\]\)/)
})
