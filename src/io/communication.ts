/**
 * The exchange with a child that `Process.communicate` holds.
 */
import { describe } from "../structures/arguments.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { BrokenPipeError, ConnectionResetError } from "../errors/os-errors.ts"
import { createTask } from "../core/running.ts"
import { gather } from "../tasks/gather.ts"
import { timeout } from "../tasks/timeouts.ts"
import type { ChildTransport } from "./child-transport.ts"
import type { StreamReader } from "./stream-reader.ts"
import type { StreamWriter } from "./stream-writer.ts"

const CHUNK = 64 * 1024

/** What is sent to a child. */
export type Input = string | Uint8Array | null | undefined

/**
 * It can be cancelled and gone on with: what was read stays here, and what is to be written
 * in the buffer of the pipe.
 *
 * Invariant: at most one task is in `run`; the input is written once.
 */
export class Communication {
  readonly #transport: ChildTransport
  readonly #stdin: StreamWriter | null
  readonly #outputs: readonly { readonly reader: StreamReader | null; readonly chunks: Buffer[] }[]
  #input: Input
  #begun = false
  #running = false

  constructor(transport: ChildTransport, stdin: StreamWriter | null, outputs: readonly (StreamReader | null)[]) {
    this.#transport = transport
    this.#stdin = stdin
    this.#outputs = outputs.map((reader) => ({ reader, chunks: [] }))
  }

  /** @throws TypeError, RangeError or RuntimeError for an input that cannot be sent. */
  check(input: Input): void {
    if (input === undefined || input === null) return
    if (typeof input !== "string" && !(input instanceof Uint8Array)) throw new TypeError(`communicate sends bytes or text, not ${describe(input)}`)
    if (this.#stdin === null) throw new RangeError("communicate cannot send an input: the child's stdin is no pipe; start it with { stdin: PIPE }")
    if (this.#begun && !same(input, this.#input)) {
      throw new RuntimeError("communicate has begun with another input; call it without one to go on")
    }
  }

  async run(input: Input, grace: number | null): Promise<(Buffer | null)[]> {
    this.check(input)
    if (this.#running) throw new RuntimeError("another task communicates with this process; await that one, or cancel it first")
    this.#running = true
    try {
      this.#begin(input)
      if (grace === null) await this.#exchange()
      else await this.#exchangeUntilExit(grace)
    } finally {
      this.#running = false
    }
    return this.#outputs.map(({ reader, chunks }) => (reader === null ? null : Buffer.concat(chunks)))
  }

  #begin(input: Input): void {
    if (this.#begun) return
    this.#begun = true
    this.#input = input
    if (this.#stdin !== null && input !== undefined && input !== null) this.#stdin.write(input)
  }

  async #exchange(): Promise<void> {
    const parts = [
      createTask(() => this.#feed(), { name: "communicate: input" }),
      ...this.#outputs.map(({ reader, chunks }, index) =>
        createTask(() => collect(reader, chunks), { name: `communicate: ${index === 0 ? "output" : "error output"}` }),
      ),
    ]
    try {
      await gather(parts)
    } finally {
      // One that has failed leaves the others reading, and nobody could go on after that.
      for (const part of parts) part.cancel()
    }
  }

  /** Pipes may outlive the child, in the hands of its own children. */
  async #exchangeUntilExit(grace: number): Promise<void> {
    const limit = timeout(null)
    let stop: (() => void) | undefined
    try {
      await limit.run(async () => {
        stop = this.#transport.onExit(() => limit.reschedule(this.#transport.loop.time() + grace))
        await this.#exchange()
      })
    } catch (error) {
      if (!limit.expired()) throw error
    } finally {
      stop?.()
    }
  }

  async #feed(): Promise<void> {
    const stdin = this.#stdin
    if (stdin === null) return
    try {
      if (!stdin.isClosing()) await stdin.drain()
    } catch (error) {
      // A child may end without reading all of its input.
      if (!(error instanceof BrokenPipeError || error instanceof ConnectionResetError)) throw error
    }
    stdin.close()
  }
}

async function collect(reader: StreamReader | null, chunks: Buffer[]): Promise<void> {
  if (reader === null) return
  for (;;) {
    const chunk = await reader.read(CHUNK)
    if (chunk.length === 0) return
    chunks.push(chunk)
  }
}

function same(a: Input, b: Input): boolean {
  if (a === b) return true
  if (a === undefined || a === null || b === undefined || b === null) return false
  return Buffer.compare(bytes(a), bytes(b)) === 0
}

function bytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? Buffer.from(data) : data
}
