import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { test } from "node:test"
import { types } from "node:util"
import { deserialize, serialize } from "node:v8"
import { runInNewContext } from "node:vm"
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads"
import * as asyncio from "asyncio-ts"
import { StopRetrying } from "asyncio-ts/flow"
import { osError } from "#src/errors/os-errors.ts"
import { HTTPStatusError, ReadTimeout } from "#src/http/client/errors.ts"
import { decodeError, encodeError, type ErrorClass, type WireError } from "#src/executors/wire/wire-error.ts"

type Facts = Error & Record<string, unknown>

/** Over a real port. */
function byPort(wire: WireError): WireError {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(wire)
  const received = receiveMessageOnPort(port2)?.message as WireError
  port1.close()
  return received
}

const WAYS: readonly [string, (wire: WireError) => WireError][] = [
  ["structuredClone", structuredClone],
  ["a port", byPort],
  ["a process", (wire) => deserialize(serialize(wire)) as WireError],
]

/** What comes back, all ways, which must be the same. */
function roundTrip(error: unknown, classes: readonly ErrorClass[] = []): unknown {
  const wire = encodeError(error)
  const [first, ...others] = WAYS.map(([, cross]) => decodeError(cross(wire), classes))
  for (const other of others) assert.deepEqual(other, first)
  return first
}

function errorBack(error: unknown, classes: readonly ErrorClass[] = []): Facts {
  const back = roundTrip(error, classes)
  assert.ok(types.isNativeError(back) && back instanceof Error)
  return back as Facts
}

const isError = (Error as { isError?: (value: unknown) => boolean }).isError ?? types.isNativeError

const OWN: [string, Error, ErrorClass[]][] = [
  ["CancelledError", new asyncio.CancelledError("enough", { requestedBy: "a timeout" }), [asyncio.CancelledError]],
  ["TimeoutError", new asyncio.TimeoutError("late", { cause: new asyncio.CancelledError() }), [asyncio.TimeoutError]],
  ["InvalidStateError", new asyncio.InvalidStateError("done"), [asyncio.InvalidStateError]],
  ["QueueFull", new asyncio.QueueFull(), [asyncio.QueueFull]],
  ["RuntimeError", new asyncio.RuntimeError("no"), [asyncio.RuntimeError]],
  ["DeadlockError", new asyncio.DeadlockError("stuck"), [asyncio.DeadlockError, asyncio.RuntimeError]],
  ["KeyboardInterrupt", new asyncio.KeyboardInterrupt(), [asyncio.KeyboardInterrupt]],
  ["EOFError", new asyncio.EOFError("end"), [asyncio.EOFError]],
  ["IncompleteReadError", new asyncio.IncompleteReadError(new Uint8Array([1, 2]), 5), [asyncio.IncompleteReadError]],
  ["LimitOverrunError", new asyncio.LimitOverrunError("far", 3), [asyncio.LimitOverrunError]],
  ["ConnectionRefusedError", osError(Object.assign(new Error("c"), { code: "ECONNREFUSED", errno: -111, syscall: "connect", address: "::1", port: 1 }), "cannot connect") as Error, [asyncio.ConnectionRefusedError, asyncio.ConnectionError, asyncio.OSError]],
  ["FileNotFoundError", new asyncio.FileNotFoundError("gone", { path: "/x" }), [asyncio.FileNotFoundError, asyncio.OSError]],
  ["StopRetrying", new StopRetrying("stop"), [StopRetrying]],
  ["TypeError", new TypeError("t", { cause: 5 }), [TypeError]],
  ["RangeError", new RangeError("r"), [RangeError]],
  ["Error", new Error("e"), []],
  ["Error", new Error(), []],
  ["AggregateError", new AggregateError([new TypeError("a"), "text", 3], "several"), [AggregateError]],
  ["ExceptionGroup", new asyncio.ExceptionGroup("outer", [new asyncio.ExceptionGroup("inner", [new TypeError("a")]), new RangeError("b")]), [asyncio.ExceptionGroup, AggregateError]],
  ["AbortError", new DOMException("stopped", "AbortError"), [DOMException]],
]

for (const [name, error, classes] of OWN) {
  test(`${name} (${JSON.stringify(error.message.slice(0, 20))}): keeps class, name, message, stack, code, cause and all it carries`, () => {
    const back = errorBack(error)
    assert.equal(back.name, name)
    assert.equal(back.message, error.message)
    assert.equal(back.stack, error.stack)
    assert.equal(back["code"], (error as Facts)["code"])
    assert.ok(isError(back))
    for (const kind of [...classes, Error]) assert.ok(back instanceof kind, kind.name)
    assert.equal(Object.getPrototypeOf(back), Object.getPrototypeOf(error))
    const own = (of: object): unknown => Object.getOwnPropertyNames(of).filter((key) => key !== "stack").sort().map((key) => [key, Object.getOwnPropertyDescriptor(of, key)?.enumerable])
    assert.deepEqual(own(back), own(error))
    assert.deepEqual(back, error)
  })
}

test("a DataCloneError is one, with its number", () => {
  let error: unknown
  try {
    structuredClone(() => 1)
  } catch (refused) {
    error = refused
  }
  const back = errorBack(new TypeError("cannot send", { cause: error })).cause as DOMException
  assert.ok(back instanceof DOMException)
  assert.deepEqual([back.name, back.code, back.message], ["DataCloneError", 25, "()=>1 could not be cloned.".replace("()=>1", "() => 1")])
})

test("a group that comes back can be split", () => {
  class MyGroup extends asyncio.ExceptionGroup {}
  for (const classes of [[], [MyGroup]]) {
    const group = errorBack(new MyGroup("m", [new TypeError("a"), new asyncio.ExceptionGroup("n", [new RangeError("b"), new TypeError("c")])]), classes) as unknown as asyncio.ExceptionGroup
    assert.equal(group instanceof MyGroup, classes.length === 1)
    const [type, rest] = group.split(TypeError)
    assert.equal(type?.message, "m (2 errors): TypeError: a; ExceptionGroup: n (1 error): TypeError: c")
    assert.equal(rest?.message, "m (1 error): ExceptionGroup: n (1 error): RangeError: b")
  }
})

class Base extends TypeError {
  static made = 0
  readonly status: number
  readonly #secret = 1
  constructor(status: number) {
    super(`status ${status}`)
    Base.made += 1
    this.status = status
    this.name = "Base"
  }
  get isGone(): boolean {
    return this.status === 410
  }
  secret(): number {
    return this.#secret
  }
}
class Derived extends Base {
  override name = "Derived"
}

test("a class of the program is found by its name, without calling its constructor", () => {
  const made = Base.made
  const error = new Derived(410)
  const derived = errorBack(error, [Base, Derived]) as unknown as Derived
  assert.equal(Object.getPrototypeOf(derived), Derived.prototype)
  assert.deepEqual([derived.status, derived.isGone, derived.name, derived.message, derived.stack], [410, true, "Derived", "status 410", error.stack])
  assert.equal(Base.made, made + 1)
  const base = errorBack(error, [Base])
  assert.equal(Object.getPrototypeOf(base), Base.prototype, "the nearest class above")
  assert.equal(base.name, "Derived")
  const unknown = errorBack(error)
  assert.equal(Object.getPrototypeOf(unknown), TypeError.prototype)
  assert.deepEqual([unknown.name, unknown["status"], unknown["isGone"]], ["Derived", 410, undefined])
  assert.match(String(unknown), /^Derived: status 410/)
})

test("a class of the program's with a name of ours or of the platform's is not taken for it", () => {
  const make = (): [ErrorClass, ErrorClass] => {
    class TimeoutError extends Error {}
    class TypeError extends RangeError {}
    return [TimeoutError, TypeError]
  }
  const [Late, Wrong] = make() as unknown as [new (message: string) => Error, new (message: string) => Error] // as just made
  const late = errorBack(new Late("mine"))
  assert.ok(!(late instanceof asyncio.TimeoutError))
  assert.ok(errorBack(new Late("mine"), [Late]) instanceof Late)
  const wrong = errorBack(new Wrong("mine"))
  assert.ok(wrong instanceof RangeError && !(wrong instanceof TypeError))
  const ours = errorBack(new asyncio.TimeoutError("ours"), [Late])
  assert.ok(ours instanceof asyncio.TimeoutError && !(ours instanceof Late))
})

test("a class of the program below one of ours keeps what ours tells", () => {
  class Slow extends asyncio.TimeoutError {}
  const unknown = errorBack(new Slow("late"))
  assert.ok(unknown instanceof asyncio.TimeoutError)
  assert.equal(unknown["code"], "ERR_TIMEOUT")
  assert.ok(errorBack(new Slow("late"), [Slow]) instanceof Slow)
})

test("instanceof holds for classes of this library that the wire does not know", () => {
  const error = new ReadTimeout("slow", { request: { method: "GET", url: new URL("http://x/") } })
  const back = errorBack(error)
  assert.ok(back instanceof ReadTimeout)
  assert.ok(!(back instanceof HTTPStatusError))
  assert.deepEqual([back.name, back["code"]], ["ReadTimeout", "ERR_HTTP_READ_TIMEOUT"])
  assert.deepEqual(back["droppedProperties"], ["request"], "which holds a URL")
  assert.equal(Object.getPrototypeOf(errorBack(error, [ReadTimeout])), ReadTimeout.prototype)
})

test("errors of the platform's modules, of WebAssembly and of other realms keep their class", () => {
  let failed: unknown
  try {
    assert.equal(1, 2)
  } catch (error) {
    failed = error
  }
  const back = errorBack(failed)
  assert.ok(back instanceof assert.AssertionError)
  assert.deepEqual([back.actual, back.expected, back.code], [1, 2, "ERR_ASSERTION"])
  const wasm = (globalThis as unknown as { WebAssembly: Record<string, new (message: string) => Error> }).WebAssembly // every Node has it
  const Trap = wasm["RuntimeError"] as new (message: string) => Error // WebAssembly has it
  const trap = errorBack(new Trap("unreachable"))
  assert.ok(trap instanceof Trap && !(trap instanceof asyncio.RuntimeError))
  assert.ok(errorBack(runInNewContext("new TypeError('there')")) instanceof TypeError)
})

test("an error of Node's file system keeps what Node tells of it", async () => {
  const error = await readFile("/no/such/file").catch((failure: unknown) => failure)
  const back = errorBack(error)
  assert.deepEqual(Object.entries(back), Object.entries(error as object))
  assert.equal(back["code"], "ENOENT")
})

test("a refusal of Node's keeps its class, its code and the words of its stack", () => {
  let refused: unknown
  try {
    Buffer.alloc("x" as never)
  } catch (error) {
    refused = error
  }
  const back = errorBack(refused)
  assert.ok(back instanceof TypeError)
  assert.equal(back["code"], "ERR_INVALID_ARG_TYPE")
  assert.match(String(back.stack), /^TypeError \[ERR_INVALID_ARG_TYPE\]: /)
  assert.equal(back.name, "TypeError")
})

test("what cannot be cloned is left out and listed where no message shows it", () => {
  const error = Object.assign(new Error("e"), { onDone: () => 1, key: Symbol("s"), status: 404, deep: { list: [new WeakMap()] }, memory: new SharedArrayBuffer(1), date: new Date(0) })
  const back = errorBack(error)
  assert.deepEqual(Object.keys(back), ["status", "date"])
  assert.deepEqual(back["droppedProperties"], ["onDone", "key", "deep", "memory"])
  assert.equal(Object.getOwnPropertyDescriptor(back, "droppedProperties")?.enumerable, false)
  assert.deepEqual(errorBack(back)["droppedProperties"], ["onDone", "key", "deep", "memory"], "also over a second wire")
  assert.ok(!("droppedProperties" in errorBack(new Error("e"))))
})

test("getters that throw, and errors that cannot be looked at, are told all the same", () => {
  const throws = { get(): never { throw new Error("not this") } }
  const error = Object.defineProperties(new RangeError("e"), { status: { ...throws, enumerable: true }, name: throws, stack: throws, cause: throws })
  const back = errorBack(error)
  assert.ok(back instanceof RangeError)
  assert.deepEqual([back.message, back.name, back.stack], ["e", "RangeError", "Error: e"])
  assert.deepEqual(back["droppedProperties"], ["status", "name", "cause"])
  const { proxy, revoke } = Proxy.revocable(new Error("x"), {})
  revoke()
  assert.match((errorBack(proxy)).message, /^what was thrown is an object, which is no error and cannot be cloned/)
  assert.deepEqual(errorBack(Object.assign(new Error("holds it"), { proxy, list: [proxy, new Error("beside it")] }))["droppedProperties"], ["proxy"])
  const trap = new Proxy(new Error("seen"), { ownKeys() { throw new Error("no") }, getPrototypeOf: () => Error.prototype })
  assert.equal(errorBack(trap).message, "seen")
  const endless: object = new Proxy(new Error("endless"), { getPrototypeOf: () => endless })
  assert.ok(types.isNativeError(roundTrip(endless)))
})

test("frozen errors, those made without a class, and accessors come back as data", () => {
  assert.deepEqual(errorBack(Object.freeze(Object.assign(new TypeError("f"), { a: 1 })))["a"], 1)
  function Old(this: Error, message: string): void {
    this.message = message
  }
  Old.prototype = Object.create(Error.prototype, { constructor: { value: Old }, name: { value: "Old" } }) as object
  const old = errorBack(new (Old as unknown as new (message: string) => Error)("old"), [Old as unknown as ErrorClass])
  assert.ok(old instanceof (Old as unknown as ErrorClass))
  assert.deepEqual([old.name, old.message], ["Old", "old"])
  class Lazy extends Error {
    override get message(): string {
      return "made when asked"
    }
    get code(): string {
      return "E_LAZY"
    }
  }
  const lazy = errorBack(new Lazy())
  assert.deepEqual([lazy.message, lazy["code"], lazy.name], ["made when asked", "E_LAZY", "Error"])
  const odd = errorBack(Object.assign(new Error("odd"), { code: { of: "its own" } }))
  assert.deepEqual(odd["code"], { of: "its own" })
  const bare = errorBack(Object.setPrototypeOf(new Error("bare"), null))
  assert.equal(bare.message, "bare")
  const proto = errorBack(Object.defineProperty(new Error("p"), "__proto__", { value: { polluted: true }, enumerable: true }))
  assert.equal((proto as { polluted?: unknown }).polluted, undefined)
  assert.ok(proto instanceof Error)
})

test("what is thrown and is no error comes back as it is; what cannot be cloned is told", () => {
  for (const value of [undefined, null, 5, "text", 5n, true, { a: [1] }, new Date(0), [1, 2]]) assert.deepEqual(roundTrip(value), value)
  const [first, second] = roundTrip([new TypeError("in a list"), 1]) as [Error, number]
  assert.ok(first instanceof TypeError)
  assert.equal(second, 1)
  for (const [value, told] of [[() => 1, "function"], [Symbol("s"), "Symbol(s)"], [{ f: () => 1 }, "an Object"], [new WeakMap(), "a WeakMap"]] as const) {
    const error = errorBack(value)
    assert.ok(error.message.startsWith(`what was thrown is ${told}`), error.message)
  }
})

test("errors refer to each other as before: the same one, also in a circle", () => {
  const a = new Error("a") as Facts
  const b = new TypeError("b", { cause: a })
  Object.assign(a, { cause: b, twice: [b, b, "text"], errors: [a] })
  const back = errorBack(a)
  const other = back.cause as Facts
  assert.ok(other instanceof TypeError)
  assert.equal(other.cause, back)
  assert.deepEqual((back["twice"] as unknown[]).map((item) => item === other), [true, true, false])
  assert.equal((back["errors"] as unknown[])[0], back)
})

test("a chain of a thousand causes comes whole; of a longer one it is said that it is cut", () => {
  const chain = (length: number): Error => {
    let error = new Error("1")
    for (let i = 2; i <= length; i += 1) error = new Error(String(i), { cause: error })
    return error
  }
  const causes = (error: unknown): unknown[] => {
    const found: unknown[] = []
    for (let at = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) found.push(at)
    return found
  }
  const whole = causes(roundTrip(chain(1_000)))
  assert.deepEqual(whole.map((error) => (error as Error).message), Array.from({ length: 1_000 }, (_, i) => String(1_000 - i)))
  const cut = causes(roundTrip(chain(100_000)))
  assert.equal(cut.length, 1_001)
  assert.equal(cut.at(-1), "an Error and what it refers to were left out: there are more than 1000 errors")
})

test("a message of megabytes is cut, and of many together more", () => {
  const long = errorBack(new Error("x".repeat(5 << 20)))
  assert.equal(long.message.length, (1 << 20) + "… (4194304 more characters)".length)
  const many = encodeError(new AggregateError(Array.from({ length: 100 }, () => new Error("y".repeat(1 << 20)))))
  const size = many.errors.reduce((sum, { message = "", stack = "" }) => sum + message.length + stack.length, 0)
  assert.ok(size < 11 << 20, String(size))
  assert.equal(many.errors.length, 101)
})

test("what was sent is the state at the throw: later changes do not reach it", () => {
  const error = Object.assign(new Error("e"), { state: { count: 1 } })
  const wire = encodeError(error)
  error.state.count = 2
  assert.deepEqual((decodeError(wire) as Facts)["state"], { count: 1 })
})

test("a real process gives an error back as it threw it", async () => {
  const source = `
    import { encodeError } from ${JSON.stringify(new URL("../../../src/executors/wire/wire-error.ts", import.meta.url).href)}
    import * as asyncio from "asyncio-ts"
    const cause = Object.assign(new RangeError("inner"), { memory: new SharedArrayBuffer(1), bytes: new Uint8Array([1, 2]) })
    process.send(encodeError(new asyncio.ExceptionGroup("both", [new asyncio.QueueFull("full"), cause])), () => process.disconnect())
  `
  const argv = ["--conditions=asyncio-ts:source", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", source]
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "inherit", "inherit", "ipc"], serialization: "advanced", cwd: import.meta.dirname })
  const [[wire]] = await Promise.all([once(child, "message"), once(child, "close")])
  const group = decodeError(wire as WireError) as asyncio.ExceptionGroup
  assert.ok(group instanceof asyncio.ExceptionGroup)
  const [full, inner] = group.errors as Facts[]
  assert.ok(full instanceof asyncio.QueueFull)
  assert.ok(inner instanceof RangeError)
  assert.deepEqual([...(inner["bytes"] as Uint8Array)], [1, 2])
  assert.deepEqual(inner["droppedProperties"], ["memory"])
  assert.match(String(inner.stack), /^RangeError: inner\n    at /)
})
