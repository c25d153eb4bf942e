import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"

import { SocketTarget } from "#src/inspect/attach/socket-target-node.ts"
import { AttachError } from "#src/inspect/attach/attach-error.ts"

const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-socket-target-"))
after(() => rmSync(folder, { recursive: true }))

/** What comes of a socket on which somebody else gives `answer` to whatever is asked. */
async function askedOf(name: string, answer: string): Promise<unknown> {
  const path = join(folder, name)
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    socket.once("data", () => socket.write(answer))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  try {
    return await SocketTarget.attach(process.pid, path, 60).catch((error: unknown) => error)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

describe("a socket that is another program's", () => {
  for (const [name, answer] of Object.entries({ words: "-ERR unknown command\r\n", null: "null\n", number: "42\n", list: "[]\n", unasked: '{"value":1}\n' })) {
    it(`is told from a program of this library's, and closed, where it answers with ${name}`, async () => {
      const error = await askedOf(name, answer)
      assert.ok(error instanceof AttachError, String(error))
      assert.equal(error.failure, "inspector unreachable")
      assert.equal(error.message, `what answers at ${join(folder, name)} is no program of this library's: it said ${JSON.stringify(answer.slice(0, -1))}`)
    })
  }
})
