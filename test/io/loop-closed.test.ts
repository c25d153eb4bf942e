/** What a loop still has open when it ends keeps no process alive, and is told in debug mode. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { folder, inCallback, real } from "./support/real.ts"
import * as asyncio from "asyncio-ts"

const path = join(folder(), "left")

/** Runs a program in a process of its own, and gives what it printed. */
async function ran(body: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const program = `
    import * as asyncio from "asyncio-ts"
    import { createServer } from "node:net"
    ${body}`
  const child = spawn(process.execPath, ["--conditions=asyncio-ts:source", "--input-type=module", "--eval", program], {
    cwd: join(import.meta.dirname, "../.."),
    env: { ...process.env, ...environment },
    timeout: 60_000,
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)))
  const [code, signal] = (await once(child, "close")) as [number | null, string | null]
  assert.deepEqual([code, signal], [0, null], `the process ended by itself:\n${output}`)
  return output
}

const forgetful = `
  await asyncio.run(async () => {
    const server = await asyncio.startServer(async (reader) => { await reader.read() }, "127.0.0.1", 0)
    const unix = await asyncio.startUnixServer(() => undefined, ${JSON.stringify(path)})
    const [, port] = server.sockets[0].getsockname()
    await asyncio.openConnection("127.0.0.1", port)
    const opening = asyncio.createTask(asyncio.openConnection("127.0.0.1", port))
    const paused = await asyncio.openConnection("127.0.0.1", port)
    paused[1].write(Buffer.alloc(10_000_000))
    await asyncio.sleep(0.01)
  })
  console.log("ended")`

test("a program that forgets its servers and connections ends all the same, with the file of its socket", { timeout: 60_000 }, async () => {
  const output = await ran(forgetful)
  assert.equal(output, "ended\n")
  assert.equal(existsSync(path), false)
})

test("debug mode names what was still open", { timeout: 60_000 }, async () => {
  const output = await ran(forgetful, { ASYNCIO_TS_DEBUG: "1" })
  assert.match(output, /^ended$/m)
  assert.match(output, /ASYNCIO_UNCLOSED.*<SocketTransport open to 127\.0\.0\.1:\d+, .* was still open when its event loop was closed; close it, and await waitClosed\(\)/)
  assert.match(output, /ASYNCIO_UNCLOSED.*<Server serving on 127\.0\.0\.1:\d+, \d connections> was still open/)
})

test("a task that waits on a socket for ever is cancelled at the end, and nothing keeps the process", { timeout: 60_000 }, async () => {
  const output = await ran(`
    const server = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1", () => void asyncio.run(async () => {
      const { port } = server.address()
      for (const read of ["read", "readLine"]) asyncio.createTask(async () => {
        try {
          const [reader] = await asyncio.openConnection("127.0.0.1", port)
          await reader[read]()
        } catch (error) {
          console.log(error.name)
        }
      })
      asyncio.createTask(asyncio.openConnection("127.0.0.1", port, { ssl: true }))
      await asyncio.sleep(0.02)
    }).then(() => {
      console.log("ended")
      server.close()
    }))`)
  assert.equal(output, "CancelledError\nCancelledError\nended\n")
})

test("a program that waits for a connection only is no deadlock", { timeout: 60_000 }, async () => {
  const output = await ran(`
    const server = createServer((socket) => setTimeout(() => socket.end("late\\n"), 300).unref()).listen(0, "127.0.0.1", () => {
      server.unref()
      void asyncio.run(async () => {
        const [reader, writer] = await asyncio.openConnection("127.0.0.1", server.address().port)
        console.log(String(await reader.readLine()).trim())
        writer.close()
      })
    })`)
  assert.equal(output, "late\n")
})

real("a server of a loop that is closed in debug mode is told with where it listens", async (told) => {
  const loop = new asyncio.EventLoop()
  await inCallback(async () => {
    loop.setDebug(true)
    await loop.runUntilComplete(() => asyncio.startServer(() => undefined, "127.0.0.1", 0))
    loop.close()
  })
  await new Promise(setImmediate)
  told.warning(/^<Server serving on 127\.0\.0\.1:\d+, 0 connections> was still open when its event loop was closed/)
})
