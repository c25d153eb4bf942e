/**
 * A small client for Redis, on streams: many tasks share one connection, and each gets the
 * answer to its own command, also when others are cancelled.
 */
import * as asyncio from "asyncio-ts"
import { encode, readReply, RedisError, type Reply } from "./resp.ts"

export class Redis {
  // Invariant: #waiting holds a future for each command whose answer has not come, in the order
  // in which they were sent; a cancelled one stays, since its answer is on the wire.
  readonly #waiting: asyncio.Future<Reply>[] = []
  readonly #reader: asyncio.StreamReader
  readonly #writer: asyncio.StreamWriter
  readonly #receiving: asyncio.Task<void>
  #lost: unknown

  private constructor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) {
    this.#reader = reader
    this.#writer = writer
    this.#receiving = asyncio.createTask(() => this.#receive(), { name: "redis" })
  }

  static connect(host: string, port: number): asyncio.Coroutine<Redis> {
    return connect(async () => new Redis(...(await asyncio.openConnection(host, port))))
  }

  /**
   * Sends a command, and gives the answer.
   *
   * @throws RedisError if the server refuses it; ConnectionError if the connection is lost.
   * @throws CancelledError if the task is cancelled; the server may have done it all the same.
   */
  command(...parts: (string | number | Uint8Array)[]): asyncio.Coroutine<Reply> {
    return command(async () => {
      if (this.#lost !== undefined) throw new asyncio.ConnectionError("the connection to Redis is lost", { cause: this.#lost })
      const answer = new asyncio.Future<Reply>()
      this.#waiting.push(answer)
      this.#writer.write(encode(parts))
      await this.#writer.drain()
      return await answer
    })
  }

  async close(): Promise<void> {
    this.#receiving.cancel()
    await asyncio.wait([this.#receiving])
    await this.#writer[Symbol.asyncDispose]()
  }

  async #receive(): Promise<void> {
    try {
      for (;;) {
        const reply = await readReply(this.#reader)
        const answer = this.#waiting.shift()
        // Whoever has given up waiting leaves an answer that is nobody else's.
        if (answer === undefined || answer.done()) continue
        if (reply instanceof RedisError) answer.setException(reply)
        else answer.setResult(reply)
      }
    } catch (error) {
      this.#lost = error
      for (const answer of this.#waiting.splice(0)) {
        if (!answer.done()) answer.setException(new asyncio.ConnectionError("the connection to Redis was lost", { cause: error }))
      }
      if (error instanceof asyncio.CancelledError) throw error
    }
  }
}

const connect = asyncio.coroutine("Redis.connect", (open: () => Promise<Redis>) => open())
const command = asyncio.coroutine("Redis.command", (send: () => Promise<Reply>) => send())
