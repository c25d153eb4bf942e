/**
 * What every stream promises, as checks to run against one's own: over TCP, TLS, a pipe, a
 * memory stream or whatever a program has put between two ends.
 *
 * @see https://trio.readthedocs.io/en/stable/reference-testing.html, which has the idea
 */
import { RuntimeError } from "../errors/misuse.ts"
import { ConnectionError } from "../errors/os-errors.ts"
import { IncompleteReadError, LimitOverrunError } from "../errors/stream-errors.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import { createTask } from "../core/running.ts"
import type { Task } from "../core/task.ts"
import type { StreamReader } from "../io/stream-reader.ts"
import type { StreamWriter } from "../io/stream-writer.ts"
import { gather } from "../tasks/gather.ts"
import { sleep } from "../tasks/sleep.ts"
import { waitFor } from "../tasks/wait-for.ts"
import { checkFunction, checkSeconds, describe } from "../structures/arguments.ts"
import { checkKitOptions } from "./kit-options.ts"

/** Two ends of a stream: what `writer` writes comes out of `reader`. */
export interface StreamPair {
  readonly writer: StreamWriter
  readonly reader: StreamReader
  /** The other direction, of a stream that goes both ways: from the reader's end to the writer's. */
  readonly back?: { readonly writer: StreamWriter; readonly reader: StreamReader }
  /** Lets go of what was made for the pair. */
  close?(): PromiseLike<unknown>
}

/** What a stream can do; each kind promises what stands before it too. */
export type StreamKind = "one-way" | "two-way" | "half-closeable"

/** One promise of the contract. */
export interface StreamPromise {
  readonly name: string
  /** Makes a pair and checks it; throws an error that says what was broken. Runs in a task. */
  check(): Promise<void>
}

/** How the checks are made. */
export interface StreamContractOptions {
  readonly kind: StreamKind
  /** Seconds that anything may take before the promise counts as broken; 5 by default. */
  readonly patience?: number | undefined
}

type Check = (pair: Required<Pick<StreamPair, "writer" | "reader">> & StreamPair) => Promise<void>

const KINDS: readonly StreamKind[] = ["one-way", "two-way", "half-closeable"]
const LARGE = 3 * 1024 * 1024
/** Long enough for a write that is not held up to go through. */
const MOMENT = 0.02
/** Bytes that no system takes of what nobody reads. */
const MOST_TAKEN = 2 ** 28

/**
 * The promises of a stream, each to be checked against a pair of ends that `makePair` makes.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { memoryStreams, streamContract } from "asyncio-ts/testing"
 *
 * const makePair = async () => {
 *   const [left, right] = memoryStreams()
 *   return { writer: left.writer, reader: right.reader, back: { writer: right.writer, reader: left.reader } }
 * }
 * for (const { name, check } of streamContract(makePair, { kind: "half-closeable" })) {
 *   await asyncio.run(check)
 *   if (name.includes("lines")) console.log(name) // -> lines come out as they went in
 * }
 * ```
 */
export function streamContract(makePair: () => PromiseLike<StreamPair> | StreamPair, options: StreamContractOptions): StreamPromise[] {
  checkFunction(makePair, "what makes the pair of streamContract")
  checkKitOptions(options, "streamContract", '{ kind: "two-way" }')
  const { kind, patience = 5 } = options
  if (!KINDS.includes(kind)) throw new TypeError(`kind of streamContract is "one-way", "two-way" or "half-closeable", not ${describe(kind)}`)
  checkSeconds(patience, "patience of streamContract")
  if (patience <= 0) throw new RangeError(`patience of streamContract is above 0, not ${patience}`)
  const checks = {
    ...oneWay,
    ...(kind === "one-way" ? {} : twoWay),
    ...(kind === "half-closeable" ? halfCloseable : {}),
  }
  return Object.entries(checks).map(([name, check]) => ({
    name,
    check: async () => {
      const pair = await makePair()
      try {
        await waitFor(createTask(() => check(pair)), patience)
      } catch (error) {
        throw error instanceof TimeoutError ? new Error(`broken after ${patience} s of waiting: ${name}`, { cause: error }) : error
      } finally {
        for (const writer of [pair.writer, ...(pair.back === undefined ? [] : [pair.back.writer])]) writer.transport.abort()
        await pair.close?.()
      }
    },
  }))
}

const oneWay: Record<string, Check> = {
  "bytes come out whole and in order, however large the pieces": async ({ writer, reader }) => {
    const sent = pattern(LARGE)
    const send = createTask(async () => {
      for (let from = 0, size = 1; from < LARGE; from += size, size = Math.min(size * 3, 300_000)) {
        writer.write(sent.subarray(from, from + size))
        await writer.drain()
      }
    })
    const received = await reader.readExactly(LARGE)
    await send
    expect(received.equals(sent), "the bytes that came out differ from those that went in")
  },

  "lines come out as they went in": async ({ writer, reader }) => {
    writer.writeLines(["tea\n", "", "mi", "lk\n", Buffer.from("sugar\n")])
    for (const line of ["tea\n", "milk\n", "sugar\n"]) same(String(await reader.readLine()), line)
  },

  "a read waits for data, and is given what has come": async ({ writer, reader }) => {
    const read = createTask(reader.read(100))
    await sleep(MOMENT)
    expect(!read.done(), "read() ended before anything was written")
    writer.write("x")
    same(String(await read), "x")
  },

  "a cancelled read loses nothing": async ({ writer, reader }) => {
    writer.write("half")
    const read = createTask(reader.readExactly(8))
    await sleep(MOMENT)
    read.cancel()
    await settledWith(read, "CancelledError")
    writer.write("way.")
    same(String(await reader.readExactly(8)), "halfway.")
  },

  "a second reader is refused while the first goes on": async ({ writer, reader }) => {
    const first = createTask(reader.read(1))
    await sleep(0)
    const error = await failure(() => reader.read(1))
    expect(error instanceof RuntimeError, `a second read gave ${String(error)} and not a RuntimeError`)
    writer.write("1")
    same(String(await first), "1")
  },

  "a separator beyond the limit is told, and the data stays": async ({ writer, reader }) => {
    const long = "x".repeat(reader.limit + 10)
    writer.write(`${long}\n`)
    const error = await failure(() => reader.readUntil("\n"))
    expect(error instanceof LimitOverrunError, `readUntil gave ${String(error)} and not a LimitOverrunError`)
    same((await reader.readExactly(long.length + 1)).length, long.length + 1)
  },

  "a writer waits for a reader that does not read, and goes on when it does": async ({ writer, reader }) => {
    const { written, drain } = await stall(writer)
    const read = createTask(reader.readExactly(written))
    await drain
    same((await read).length, written)
  },

  "a cancelled drain loses nothing": async ({ writer, reader }) => {
    const { written, drain } = await stall(writer)
    drain.cancel()
    await settledWith(drain, "CancelledError")
    writer.write("end")
    same(String((await reader.readExactly(written + 3)).subarray(-3)), "end")
  },

  "closing sends what is buffered, and then the end": async ({ writer, reader }) => {
    const sent = pattern(300_000)
    writer.write(sent)
    writer.close()
    expect(writer.isClosing(), "isClosing() is false after close()")
    const received = await reader.read()
    expect(received.equals(sent), `${received.length} bytes came out of ${sent.length}`)
    same((await reader.read()).length, 0)
    same((await reader.readLine()).length, 0)
    expect(reader.atEof(), "atEof() is false at the end")
    await writer.waitClosed()
  },

  "an end in the midst of a message is told, with what has come": async ({ writer, reader }) => {
    writer.write("abc")
    writer.close()
    const error = await failure(() => reader.readExactly(10))
    expect(error instanceof IncompleteReadError, `readExactly gave ${String(error)} and not an IncompleteReadError`)
    same(String(error.partial), "abc")
  },

  "close may be called again, and writing afterwards is refused by drain": async ({ writer }) => {
    writer.close()
    writer.close()
    await writer.waitClosed()
    writer.write("late")
    const error = await failure(() => writer.drain())
    expect(error instanceof ConnectionError, `drain() after the end gave ${String(error)} and not a ConnectionError`)
  },

  "closing wakes whoever waits to read at the other end": async ({ writer, reader }) => {
    const read = createTask(reader.readLine())
    await sleep(MOMENT)
    writer.close()
    same((await read).length, 0)
  },

  "an abort ends both ends": async ({ writer, reader }) => {
    await fill(writer)
    writer.transport.abort()
    await writer.waitClosed().catch(connectionErrors)
    await reader.read().catch(connectionErrors)
  },
}

const twoWay: Record<string, Check> = {
  "both directions carry at once, without waiting for each other": async ({ writer, reader, back }) => {
    const { writer: backWriter, reader: backReader } = other(back)
    const sent = pattern(LARGE)
    const send = async (to: StreamWriter): Promise<void> => {
      for (let from = 0; from < LARGE; from += 50_000) {
        to.write(sent.subarray(from, from + 50_000))
        await to.drain()
      }
    }
    const [, , there, here] = await gather([
      createTask(() => send(writer)),
      createTask(() => send(backWriter)),
      createTask(reader.readExactly(LARGE)),
      createTask(backReader.readExactly(LARGE)),
    ])
    expect(there.equals(sent) && here.equals(sent), "the bytes that came out differ from those that went in")
  },

  "a writer is told when the other end has closed": async ({ writer, back }) => {
    other(back).writer.transport.abort()
    const error = await failure(async () => {
      for (;;) {
        writer.write(pattern(100_000))
        await writer.drain()
        await sleep(0.001)
      }
    })
    expect(error instanceof ConnectionError, `writing to a closed end gave ${String(error)} and not a ConnectionError`)
  },

  "closing one's own end wakes one's own reader": async ({ writer, back }) => {
    const read = createTask(other(back).reader.readLine())
    await sleep(MOMENT)
    writer.close()
    same((await read).length, 0)
  },
}

const halfCloseable: Record<string, Check> = {
  "the end of the output leaves the input open": async ({ writer, reader, back }) => {
    const { writer: backWriter, reader: backReader } = other(back)
    expect(writer.canWriteEof(), "canWriteEof() is false")
    writer.write("question")
    writer.writeEof()
    same(String(await reader.read()), "question")
    backWriter.write("answer")
    backWriter.close()
    same(String(await backReader.read()), "answer")
  },

  "nothing is written after the end of the output": async ({ writer }) => {
    writer.writeEof()
    writer.writeEof()
    const error = await failure(async () => writer.write("late"))
    expect(error instanceof RuntimeError, `write() after writeEof() gave ${String(error)} and not a RuntimeError`)
  },
}

/** Writes until the stream takes no more; gives the number of bytes. */
async function fill(writer: StreamWriter): Promise<number> {
  const piece = pattern(64 * 1024)
  for (let written = 0; ; ) {
    writer.write(piece)
    written += piece.length
    const [, high] = writer.transport.getWriteBufferLimits()
    if (writer.transport.getWriteBufferSize() <= high) continue
    // What the system takes a moment later is no full stream.
    await sleep(MOMENT)
    if (writer.transport.getWriteBufferSize() > high) return written
  }
}

/** Writes until a `drain` waits. What the system takes of what nobody reads has its end. */
async function stall(writer: StreamWriter): Promise<{ written: number; drain: Task<void> }> {
  for (let written = 0; ; ) {
    written += await fill(writer)
    const drain = createTask(writer.drain())
    await sleep(MOMENT)
    if (!drain.done()) return { written, drain }
    expect(written < MOST_TAKEN, `drain() ended though nobody had read ${written} bytes`)
  }
}

function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8)) & 0xff
  return bytes
}

function other(back: StreamPair["back"]): NonNullable<StreamPair["back"]> {
  if (back === undefined) throw new TypeError("a stream that goes both ways has `back` in its pair: the writer at the reader's end, and its reader")
  return back
}

async function failure(attempt: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await attempt()
  } catch (error) {
    return error
  }
  return undefined
}

async function settledWith(work: PromiseLike<unknown>, name: string): Promise<void> {
  const error = await failure(() => work)
  expect((error as Error | undefined)?.name === name, `it ended with ${String(error)} and not with a ${name}`)
}

function connectionErrors(error: unknown): void {
  if (!(error instanceof ConnectionError)) throw error
}

function same<T>(found: T, wanted: T): void {
  expect(found === wanted, `${JSON.stringify(found)} was found where ${JSON.stringify(wanted)} was expected`)
}

function expect(condition: boolean, broken: string): asserts condition {
  if (!condition) throw new Error(`a stream's contract is broken: ${broken}`)
}
