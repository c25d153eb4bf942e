/** The protocol of Redis: what is sent, and how answers are read. See https://redis.io/docs/latest/develop/reference/protocol-spec/ */
import type { StreamReader } from "asyncio-ts"

export type Reply = string | number | null | RedisError | Reply[]

/** What the server refuses. */
export class RedisError extends Error {
  override readonly name = "RedisError"
}

/** A command as an array of strings with their lengths, so that they may hold anything. */
export function encode(parts: readonly (string | number | Uint8Array)[]): Buffer {
  const pieces: Uint8Array[] = [Buffer.from(`*${parts.length}\r\n`)]
  for (const part of parts) {
    const bytes = Buffer.from(part instanceof Uint8Array ? part : String(part))
    pieces.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"))
  }
  return Buffer.concat(pieces)
}

/** Reads one answer, with all that is in it. */
export async function readReply(reader: StreamReader): Promise<Reply> {
  const line = String(await reader.readUntil("\r\n")).slice(0, -2)
  const [kind, rest] = [line[0], line.slice(1)]
  switch (kind) {
    case "+":
      return rest
    case "-":
      return new RedisError(rest)
    case ":":
      return Number(rest)
    case "$":
      return rest === "-1" ? null : String((await reader.readExactly(Number(rest) + 2)).subarray(0, -2))
    case "*": {
      if (rest === "-1") return null
      const replies: Reply[] = []
      for (let left = Number(rest); left > 0; left -= 1) replies.push(await readReply(reader))
      return replies
    }
    default:
      throw new Error(`Redis sent ${JSON.stringify(line)}, which is no answer of its protocol`)
  }
}
