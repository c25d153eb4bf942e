import assert from "node:assert/strict"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as asyncio from "asyncio-ts"
import { osError } from "#src/errors/os-errors.ts"

const FILES = {
  AddressLookupError: "os-errors",
  BrokenBarrierError: "misuse",
  BrokenPipeError: "os-errors",
  CancelledError: "cancelled-error",
  ConnectionAbortedError: "os-errors",
  ConnectionError: "os-errors",
  ConnectionRefusedError: "os-errors",
  ConnectionResetError: "os-errors",
  DeadlockError: "misuse",
  EOFError: "eof-error",
  ExceptionGroup: "exception-group",
  FileExistsError: "os-errors",
  FileNotFoundError: "os-errors",
  IncompleteReadError: "stream-errors",
  InvalidStateError: "misuse",
  IsADirectoryError: "os-errors",
  KeyboardInterrupt: "keyboard-interrupt",
  LimitOverrunError: "stream-errors",
  NotADirectoryError: "os-errors",
  OSError: "os-errors",
  PermissionError: "os-errors",
  ProcessLookupError: "os-errors",
  QueueEmpty: "queue-errors",
  QueueFull: "queue-errors",
  QueueShutDown: "queue-errors",
  RuntimeError: "misuse",
  SSLCertVerificationError: "os-errors",
  SSLError: "os-errors",
  TimeoutError: "timeout-error",
} as const
type Name = keyof typeof FILES
type ErrorClass = new (...args: never[]) => Error & { code: string }

const NAMES = Object.keys(FILES) as Name[]
// What each constructor needs; the others ignore it.
const ARGUMENTS: Partial<Record<Name, unknown[]>> = {
  ExceptionGroup: ["several", [new Error("one")]],
  IncompleteReadError: [new Uint8Array(2), 5],
  LimitOverrunError: ["too long", 3],
}

const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-copy-"))
after(() => rmSync(folder, { recursive: true, force: true }))

function make(Kind: ErrorClass, name: Name): Error & { code: string } {
  return new Kind(...((ARGUMENTS[name] ?? ["what happened"]) as never[]))
}

/** The error classes of another copy of the package. */
async function secondCopy(): Promise<Record<string, ErrorClass>> {
  for (const part of ["errors", "structures"]) {
    cpSync(fileURLToPath(new URL(`../../src/${part}`, import.meta.url)), join(folder, part), { recursive: true })
  }
  const modules = [...new Set(Object.values(FILES))].map(
    (file) => import(pathToFileURL(join(folder, "errors", `${file}.ts`)).href) as Promise<Record<string, ErrorClass>>,
  )
  return Object.assign({}, ...(await Promise.all(modules)))
}

test("every error class that is exported is known to this test", () => {
  const exported = Object.entries(asyncio).filter(
    ([, value]) => typeof value === "function" && (value as { prototype?: unknown }).prototype instanceof Error,
  )
  assert.deepEqual(exported.map(([name]) => name).sort(), NAMES)
})

for (const name of NAMES) {
  const Kind = asyncio[name] as unknown as ErrorClass // its constructor takes what ARGUMENTS says

  test(`${name}: it has a literal name and a code, and its stack begins with the name`, () => {
    const error = make(Kind, name)
    assert.equal(error.name, name)
    assert.match(error.code, FILES[name] === "os-errors" ? /^E[A-Z_]+$/ : /^ERR_[A-Z_]+$/)
    assert.match(String(error.stack), new RegExp(`^${name}: `))
    assert.ok(error instanceof Kind)
    assert.ok(error instanceof Error)
    assert.deepEqual(Object.keys(error).filter((key) => key === "name" || key === "code"), [])
  })
}

test("the codes differ", () => {
  const codes = NAMES.map((name) => make(asyncio[name] as unknown as ErrorClass, name).code)
  assert.equal(new Set(codes).size, NAMES.length)
})

test("instanceof holds across two copies of the package, and tells the classes apart", async () => {
  const copy = await secondCopy()
  for (const name of NAMES) {
    const Theirs = copy[name]
    const Ours = asyncio[name] as unknown as ErrorClass
    assert.ok(Theirs !== undefined && Theirs !== Ours, name)
    const theirs = make(Theirs, name)
    for (const other of NAMES) {
      const isA = make(Ours, name) instanceof (asyncio[other] as unknown as ErrorClass)
      assert.equal(theirs instanceof (asyncio[other] as unknown as ErrorClass), isA, `${name} of a copy as ${other}`)
    }
  }
})

test("errors that stand for misuse are RuntimeErrors, the others are not", () => {
  const misuse = NAMES.filter((name) => make(asyncio[name] as unknown as ErrorClass, name) instanceof asyncio.RuntimeError)
  assert.deepEqual(misuse, ["BrokenBarrierError", "DeadlockError", "RuntimeError"])
})

test("errors of the system are OSErrors, each in its class", () => {
  for (const name of NAMES) {
    const error = make(asyncio[name], name)
    assert.equal(error instanceof asyncio.OSError, FILES[name] === "os-errors", name)
    if (FILES[name] === "os-errors" && /^E[A-Z]+$/.test(error.code)) {
      const told = osError(Object.assign(new Error("as Node says it"), { code: error.code, errno: -1, syscall: "call" }), "cannot do it")
      assert.equal((told as Error).name, name)
    }
  }
  assert.ok(new asyncio.ConnectionResetError("gone") instanceof asyncio.ConnectionError)
  assert.ok(new asyncio.SSLCertVerificationError("whose?") instanceof asyncio.SSLError)
})

test("a user's subclass is tested in the ordinary way", () => {
  class MyTimeout extends asyncio.TimeoutError {}
  assert.ok(new MyTimeout("mine") instanceof MyTimeout)
  assert.ok(new MyTimeout("mine") instanceof asyncio.TimeoutError)
  assert.equal(new asyncio.TimeoutError("theirs") instanceof MyTimeout, false)
  assert.equal(new MyTimeout("mine").name, "TimeoutError")
})

test("what is no object is an instance of nothing", () => {
  for (const value of [null, undefined, "CancelledError", 1, {}, Object.create(null), new Error("plain")]) {
    assert.equal(value instanceof asyncio.CancelledError, false)
  }
})
