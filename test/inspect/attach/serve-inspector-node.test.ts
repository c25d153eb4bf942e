import assert from "node:assert/strict"
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { after, describe, it } from "node:test"

import { Attached } from "#src/inspect/attach/attach-node.ts"
import { nodeProcesses } from "#src/inspect/attach/node-processes-node.ts"
import { serveInspector } from "#src/inspect/attach/serve-inspector-node.ts"
import { nameOf, openSockets, socketFolder } from "#src/inspect/attach/socket-folder-node.ts"
import { belongings, start, waiting, WAITING } from "./programs/start.ts"

const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-socket-test-"))
after(() => rmSync(folder, { recursive: true }))
// Where the programs of this file open theirs, and where they are looked for.
const env = { XDG_RUNTIME_DIR: folder }
process.env["XDG_RUNTIME_DIR"] = folder
const skip = process.platform === "win32" ? "Windows has no such sockets" : false
const contained = spawnSync("unshare", ["-rpf", "--mount-proc", "true"]).status === 0 ? false : "the system makes no space of processes for this user"
/** The signal would end it: what answers is the socket. */
const WITHOUT_SIGNAL = ["--disable-sigusr1"]

async function tasksOf(pid: number, socket?: string): Promise<number> {
  const attached = await Attached.to(pid, { socket })
  try {
    assert.equal(attached.way, "socket")
    return (await attached.snapshot()).tasks.length
  } finally {
    await attached.close()
  }
}

/** What the socket answers to lines as they are. */
async function raw(path: string, text: string): Promise<string> {
  const socket = connect(path)
  let answer = ""
  socket.setEncoding("utf8").on("data", (data) => {
    answer += String(data)
    socket.end()
  })
  socket.write(text)
  await once(socket, "close")
  return answer
}

// One after the other: each program that is started clears the folder that they share.
describe("the socket of a program", { skip }, () => {
  it("is in a folder of the user's, for nobody else to enter, and tells the tasks again and again", async (context) => {
    const { pid, lines } = await waiting(context, ["1000", "serve"], WITHOUT_SIGNAL, env)
    const path = join(folder, "asyncio-ts", `${nameOf(pid)}.sock`)
    assert.deepEqual(lines, [path])
    assert.equal(lstatSync(path).mode & 0o777, 0o600)
    assert.equal(lstatSync(socketFolder()).mode & 0o777, 0o700)
    const before = belongings(pid)
    for (let times = 0; times < 5; times++) assert.equal(await tasksOf(pid), 1000)
    for (let look = 0; look < 200 && JSON.stringify(belongings(pid)) !== JSON.stringify(before); look++) await pause(5)
    assert.deepEqual(belongings(pid), before)
    assert.equal(before.ports, 0)
  })

  it("answers while the loop is blocked", async (context) => {
    const { pid } = await waiting(context, ["20", "serve-spin"], WITHOUT_SIGNAL, env)
    await pause(5)
    const attached = await Attached.to(pid)
    const { tasks, blocked } = await attached.snapshot()
    assert.deepEqual([tasks.length, blocked?.function], [20, "spin"])
    await attached.close()
  })

  it("stops measuring when whoever asked for it is gone without a word", async (context) => {
    const { pid, lines } = await waiting(context, ["20", "serve"], WITHOUT_SIGNAL, env)
    assert.match(await raw(lines[0] ?? "", `${JSON.stringify({ request: 1, ask: "measure", on: true })}\n`), /"value":true/)
    const attached = await Attached.to(pid)
    assert.equal((await attached.snapshot()).tasks[3]?.cpu, undefined)
    await attached.close()
  })

  it("answers questions, and takes no code", async (context) => {
    const { lines: [path = ""] } = await waiting(context, ["20", "serve"], WITHOUT_SIGNAL, env)
    assert.match(await raw(path, `${JSON.stringify({ request: 1, ask: "evaluate", expression: "process.exit()" })}\n`), /^\{"id":1,"error":"TypeError: there is no question/)
    assert.match(await raw(path, `${JSON.stringify({ request: 2, ask: "read", id: "process.exit()", from: 0, to: 0 })}\n`), /"id":2/)
    assert.equal(await raw(path, "GET / HTTP/1.1\r\n\r\n"), "")
    assert.equal(await raw(path, "null\n"), "")
    assert.match(await raw(path, `${JSON.stringify({ request: 3, ask: "who" })}\n`), /"agents":1/)
  })

  it("cuts off whoever sends a question without end, and goes on", async (context) => {
    const { pid, lines } = await waiting(context, ["3", "serve"], WITHOUT_SIGNAL, env)
    const socket = connect(lines[0] ?? "")
    // It may be cut off while there is more to send.
    socket.on("error", () => undefined)
    const closed = new Promise((resolve) => socket.once("close", resolve))
    socket.write("x".repeat(1_000_000))
    await closed
    assert.equal(await tasksOf(pid), 3)
  })

  it("goes with the program, and the next one clears away what a killed one has left", async (context) => {
    const { child, pid, lines: [path = ""] } = await waiting(context, ["20", "serve-end"], [], env)
    const killed = await waiting(context, ["20", "serve"], [], env)
    killed.child.kill("SIGKILL")
    child.kill("SIGINT")
    await Promise.all([once(child, "exit"), once(killed.child, "exit")])
    assert.ok(existsSync(killed.lines[0] ?? ""))
    assert.ok(!openSockets().some((socket) => socket.pid === killed.pid))
    const next = await waiting(context, ["20", "serve"], [], env)
    assert.ok(!existsSync(killed.lines[0] ?? ""))
    assert.ok(nodeProcesses().some((process) => process.pid === next.pid && process.usesLibrary === "yes"))
    assert.ok(!readdirSync(socketFolder()).some((name) => name.startsWith(`${pid}-`) || name.startsWith(`${pid}.`)), path)
  })

  it("is kept by whoever listens on it, also where its number is nobody's here, and told from that of another container", async (context) => {
    const own = await waiting(context, ["20", "serve"], WITHOUT_SIGNAL, env)
    const [socket = ""] = own.lines
    // Of containers that share the folder: a number that is nobody's here, and one that is somebody else's.
    const others = [join(socketFolder(), "4194305-4026531000.sock"), join(socketFolder(), `${own.pid}-4026531000.sock`)]
    const servers = await Promise.all(others.map((path) => serveInspector({ path })))
    const left = join(socketFolder(), "4194306-4026531000.sock")
    const leaver = await waiting(context, ["20", "serve", left], [], env)
    leaver.child.kill("SIGKILL")
    await once(leaver.child, "exit")
    assert.ok(existsSync(left))
    await waiting(context, ["20", "serve"], [], env)
    assert.deepEqual([...others, socket, left].map((path) => existsSync(path)), [true, true, true, false])
    assert.deepEqual(openSockets().filter(({ pid }) => pid === own.pid).map(({ path }) => path), [socket])
    assert.equal(await tasksOf(own.pid), 20)
    await Promise.all(servers.map((server) => server.close()))
  })

  it("of a program in a container, with a number of its own, is found from outside", { skip: contained }, async (context) => {
    const { pid: outside, lines: [socket = ""] } = await start(context, "unshare", ["-rpf", "--mount-proc", process.execPath, "--disable-sigusr1", "--conditions=asyncio-ts:source", "--no-warnings", WAITING, "20", "serve"], env)
    const pid = Number(readFileSync(`/proc/${outside}/task/${outside}/children`, "utf8").trim())
    // Without its parent it ends by the signal that is not turned away.
    context.after(() => process.kill(pid, "SIGKILL"))
    assert.match(socket, /\/1-\d+\.sock$/)
    assert.equal(await tasksOf(pid), 20)
    assert.ok(nodeProcesses().some((process) => process.pid === pid && process.socket === socket))
    await waiting(context, ["20", "serve"], [], env)
    assert.ok(existsSync(socket))
  })

  it("has the path that it is given, or a sentence why not", async (context) => {
    const path = join(folder, "shop.sock")
    const { pid } = await waiting(context, ["20", "serve", path], WITHOUT_SIGNAL, env)
    assert.equal(await tasksOf(pid, path), 20)
    const file = join(folder, "file")
    writeFileSync(file, "")
    const open = join(folder, "open")
    mkdirSync(join(open, "asyncio-ts"), { recursive: true, mode: 0o755 })
    const cases: [argument: string, message: RegExp, runtime?: string][] = [
      [path, /shop\.sock: another program listens there$/],
      [file, /file: there is a file of that name that is no socket$/],
      [join(folder, "nowhere", "x.sock"), /ENOENT/],
      [join(folder, "x".repeat(100)), /the path is too long for a socket/],
      ["", /cannot open a socket in .*: it is not a folder that only you can enter/, open],
    ]
    await Promise.all(cases.map(async ([argument, message, runtime = folder]) => {
      const { lines } = await waiting(context, ["20", "serve", argument], [], { XDG_RUNTIME_DIR: runtime })
      assert.match(lines[0] ?? "", message)
    }))
    await assert.rejects(Attached.to(pid, { socket: file }), { failure: "inspector unreachable" })
    await assert.rejects(Attached.to(process.pid, { socket: path }), { failure: "inspector unreachable", message: /leads to process/ })
  })

  it("is not removed by a program that had one of that path before", async () => {
    const path = join(folder, "again.sock")
    const first = await serveInspector({ path })
    rmSync(path)
    const second = await serveInspector({ path })
    await first.close()
    assert.ok(existsSync(path))
    await second.close()
    assert.ok(!existsSync(path))
  })
})
