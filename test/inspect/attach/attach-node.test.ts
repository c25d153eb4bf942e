import assert from "node:assert/strict"
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { describe, it } from "node:test"

import { AttachError, type AttachFailure } from "#src/inspect/attach/attach-error.ts"
import { Attached, type AttachOptions } from "#src/inspect/attach/attach-node.ts"
import { closeWhenOpened } from "#src/inspect/attach/close-when-opened-node.ts"
import { inspectorPath } from "#src/inspect/attach/inspector-path-node.ts"
import { InspectorSession } from "#src/inspect/attach/inspector-session-node.ts"
import { listeningSockets } from "#src/inspect/attach/listening-sockets-node.ts"
import { openWebSocket } from "#src/inspect/attach/web-socket-node.ts"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { belongings, start, waiting, WAITING } from "./programs/start.ts"

const skip = process.platform === "linux" ? false : "the system does not tell who listens on which port"

async function look(pid: number, options?: AttachOptions): Promise<Snapshot> {
  const attached = await Attached.to(pid, options)
  try {
    return await attached.snapshot()
  } finally {
    await attached.close()
  }
}

const apart = spawnSync("unshare", ["-rn", "true"]).status === 0 ? false : "the system makes no network for this user"

const source = readFileSync(new URL("programs/waiting.ts", import.meta.url), "utf8").split("\n")

/** Where the program does that. */
function lineOf(code: string): number {
  return source.findIndex((line) => line.includes(code)) + 1
}

/** Why nobody can look into it; and that it goes on as before. */
async function refused(pid: number, failure: AttachFailure, message: RegExp, options?: AttachOptions): Promise<void> {
  await assert.rejects(look(pid, options), (error) => {
    assert.ok(error instanceof AttachError, String(error))
    assert.equal(error.failure, failure, error.message)
    assert.match(error.message, message)
    assert.ok(!error.message.includes("\n"))
    return true
  })
}

/** Waits until `done`, for what the system does later. */
async function until(done: () => boolean): Promise<void> {
  for (let look = 0; look < 2000 && !done(); look++) await pause(5)
  assert.ok(done())
}

describe("a process that was started without any flag", { skip, concurrency: 4 }, () => {
  it("tells its tasks, and is as before when one leaves", async (context) => {
    const { pid, errors } = await waiting(context, ["1000"])
    const before = belongings(pid)
    for (let times = 1; times <= 2; times++) {
      const { tasks, blocked } = await look(pid)
      assert.deepEqual([tasks.length, tasks[7]?.name, blocked], [1000, "Task-8", undefined])
      await until(() => JSON.stringify(belongings(pid)) === JSON.stringify(before))
      // What Node prints when its inspector is opened, and nothing more.
      const lines = errors().trimEnd().split("\n")
      assert.equal(lines.length, 3 * times, errors())
      assert.match(lines.slice(-3).join("\n"), /^Debugger listening on ws:.*\nFor help, see: .*\nDebugger attached\.$/)
    }
  })

  it("tells them while its loop is blocked, with the function and line that runs", async (context) => {
    const { pid } = await waiting(context, ["20", "spin"])
    const before = belongings(pid)
    const { tasks, blocked } = await look(pid)
    assert.equal(tasks.length, 20)
    assert.deepEqual([blocked?.function, blocked?.place?.line], ["spin", lineOf("Math.sqrt")])
    assert.match(blocked?.place?.file ?? "", /^file:.*\/waiting\.ts$/)
    assert.ok((blocked?.seconds ?? 0) >= 0.1)
    assert.match(blocked?.advice ?? "", /^compute in a worker: await toThread\(spin, …\)/)
    await until(() => JSON.stringify(belongings(pid)) === JSON.stringify(before))
  })

  it("tells them while it waits in Atomics.wait", async (context) => {
    const { pid } = await waiting(context, ["20", "wait"])
    const { tasks, blocked } = await look(pid)
    assert.deepEqual([tasks.length, blocked?.place?.line, blocked?.call], [20, lineOf("Atomics.wait"), "Atomics.wait"])
    assert.match(blocked?.advice ?? "", /Atomics\.waitAsync/)
  })

  it("is looked into by several at once, of whom the last closes the door", async (context) => {
    const { pid } = await waiting(context, ["20"])
    const before = belongings(pid)
    const looks = await Promise.all(Array.from({ length: 5 }, () => look(pid).then(({ tasks }) => tasks.length, (error: unknown) => error)))
    assert.deepEqual(looks, [20, 20, 20, 20, 20])
    await until(() => JSON.stringify(belongings(pid)) === JSON.stringify(before))
  })

  it("measures what tasks compute only while somebody is there to see it", async (context) => {
    const { pid } = await waiting(context, ["20"])
    const attached = await Attached.to(pid)
    await attached.measureCpu(true)
    assert.equal((await attached.snapshot()).tasks[3]?.cpu?.used, 0.003)
    await attached.close()
    assert.equal((await look(pid)).tasks[3]?.cpu, undefined)
  })
})

describe("an inspector that is open already", { skip, concurrency: 3 }, () => {
  it("is used, and stays open", async (context) => {
    for (const [options, env] of [[["--inspect=127.0.0.1:0"], {}], [[], { NODE_OPTIONS: "--inspect=0" }]] as const) {
      const { pid } = await waiting(context, ["20"], options, env)
      const before = belongings(pid)
      assert.equal((await look(pid)).tasks.length, 20)
      await until(() => JSON.stringify(belongings(pid)) === JSON.stringify(before))
      assert.equal(before.ports, 1)
    }
  })

  it("stays open where another debugger has come meanwhile", async (context) => {
    const { pid } = await waiting(context, ["20"])
    const attached = await Attached.to(pid)
    const [{ port } = { port: 0 }] = listeningSockets(pid)
    const other = await InspectorSession.connect(pid, port, (await inspectorPath(port, 60)) ?? "")
    await attached.close()
    assert.equal(await other.evaluate("6 * 7", false, 60), 42)
    other.destroy()
  })

  it("answers while another debugger has stopped the program", async (context) => {
    const { pid } = await waiting(context, ["20"], ["--inspect=127.0.0.1:0"])
    const [{ port } = { port: 0 }] = listeningSockets(pid)
    let tell: (() => void) | undefined
    const stopped = new Promise<void>((resolve) => (tell = resolve))
    const other = await openWebSocket(port, (await inspectorPath(port, 60)) ?? "", {
      message: (text) => text.includes("Debugger.paused") && tell?.(),
      closed: () => undefined,
    })
    other.send(JSON.stringify({ id: 1, method: "Debugger.enable" }))
    other.send(JSON.stringify({ id: 2, method: "Runtime.evaluate", params: { expression: "setTimeout(function stopped() { debugger }, 0)" } }))
    await stopped
    const { tasks, blocked } = await look(pid)
    assert.deepEqual([tasks.length, blocked?.function], [20, "stopped"])
    other.destroy()
  })
})

describe("a process that cannot be looked into is told from others, and left unharmed", { skip, concurrency: 4 }, () => {
  it("does not exist", () => refused(4_194_305, "no such process", /^there is no process 4194305$/))

  it("is not Node, and would be ended by the signal", async (context) => {
    const { child, pid } = await start(context, "sh", ["-c", "echo ready; exec sleep 30"])
    await refused(pid, "not node", /^process \d+ is not Node: it runs \/.*sleep$/)
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
  })

  it("is called node, and is none", async (context) => {
    const { child, pid } = await start(context, "sh", ["-c", "cp /bin/sleep /tmp/asyncio-ts-test-$$-node && exec 3>&1 && echo ready && exec /tmp/asyncio-ts-test-$$-node 30"])
    context.after(() => execFileSync("rm", ["-f", `/tmp/asyncio-ts-test-${pid}-node`]))
    await until(() => execFileSync("readlink", [`/proc/${pid}/exe`], { encoding: "utf8" }).includes("-node"))
    await refused(pid, "not node", /is not Node: it runs .*-node$/)
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
  })

  it("does not use the library", async (context) => {
    const { pid } = await start(context, process.execPath, ["--inspect-port=0", "-e", "console.log('ready'); setInterval(() => {}, 1000)"])
    const before = belongings(pid)
    await refused(pid, "no library", /^process \d+ is Node, but does not use asyncio-ts/)
    await until(() => JSON.stringify(belongings(pid)) === JSON.stringify(before))
  })

  it("forbids its inspector", async (context) => {
    for (const [options, env] of [[["--disable-sigusr1"], {}], [[], { NODE_OPTIONS: "--disable-sigusr1" }]] as const) {
      const { child, pid } = await waiting(context, ["20"], options, env)
      await refused(pid, "inspector forbidden", /was started with --disable-sigusr1.*ASYNCIO_TS_INSPECT=1/)
      assert.deepEqual([child.exitCode, child.signalCode], [null, null])
    }
  })

  it("handles SIGUSR1 itself", async (context) => {
    const { child, pid, next } = await waiting(context, ["20", "listen"])
    await refused(pid, "inspector forbidden", /has not opened its inspector within 1 s: it handles SIGUSR1 itself/, { limit: 1 })
    assert.equal(await next(), "SIGUSR1")
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
  })

  it("would open its inspector where another process listens", async (context) => {
    const { pid: other } = await waiting(context, ["20"], ["--inspect=127.0.0.1:0"])
    const [{ port } = { port: 0 }] = listeningSockets(other)
    const { pid, errors } = await waiting(context, ["20"], [`--inspect-port=${port}`])
    await refused(pid, "inspector unreachable", new RegExp(`^port ${port}, on which process ${pid} would open its inspector, is taken`))
    assert.equal(errors(), "")
  })

  it("is in a network of its own, as in a container, where the inspector would stay open", { skip: apart }, async (context) => {
    const { pid, errors } = await start(context, "unshare", ["-rn", process.execPath, "--conditions=asyncio-ts:source", "--no-warnings", WAITING, "20"])
    await refused(pid, "inspector unreachable", /is in a network of its own/)
    assert.deepEqual([errors(), listeningSockets(pid)], ["", []])
  })

  it("is stopped", async (context) => {
    const { child, pid } = await waiting(context, ["20"])
    child.kill("SIGSTOP")
    await until(() => /^State:\s*T/m.test(readFileSync(`/proc/${pid}/status`, "utf8")))
    await refused(pid, "stopped", /is stopped.*kill -CONT/)
    child.kill("SIGCONT")
    assert.equal((await look(pid)).tasks.length, 20)
  })

  it("reads a pipe with readFileSync, which the signal would make fail", async (context) => {
    const { child, pid, next } = await waiting(context, ["20", "read"])
    await until(() => !/^0$|epoll|futex/.test(readFileSync(`/proc/${pid}/wchan`, "utf8")))
    await refused(pid, "no answer", /is blocked in a call of the system \(\w+\), such as reading a pipe/)
    child.stdin?.end("tea")
    assert.equal(await next(), "read 3")
  })

  it("waits for a program with spawnSync, which the signal does not disturb", async (context) => {
    const { pid } = await waiting(context, ["20", "run", "30"])
    const children = (): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()
    await until(() => children() !== "" && readFileSync(`/proc/${pid}/wchan`, "utf8").includes("epoll"))
    await refused(pid, "inspector forbidden", /or waits in a call that blocks it, such as execSync; the inspector then opens after that, and stays open/, { limit: 0.5 })
    process.kill(Number(children()))
    assert.equal((await look(pid)).tasks.length, 20)
  })

  it("waits for a program with spawnSync, and closes the inspector again that it opens after that", async (context) => {
    const { pid, errors } = await waiting(context, ["20", "run", "30"])
    const children = (): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()
    await until(() => children() !== "" && readFileSync(`/proc/${pid}/wchan`, "utf8").includes("epoll"))
    let closed: Promise<boolean> | undefined
    const later: AttachOptions["later"] = (...late) => void (closed = closeWhenOpened(...late))
    await refused(pid, "inspector forbidden", /if the inspector opens after that, within ten minutes, it is closed again/, { limit: 0.5, later })
    process.kill(Number(children()))
    assert.equal(await closed, true)
    await until(() => listeningSockets(pid).length === 0)
    assert.match(errors(), /^Debugger listening on .*\nFor help, see: .*\nDebugger attached\.\n$/)
    assert.equal((await look(pid)).tasks.length, 20)
  })

  it("waits for a program with spawnSync, and whoever looks by then closes the inspector", async (context) => {
    const { pid } = await waiting(context, ["20", "run", "30"])
    const children = (): string => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()
    await until(() => children() !== "" && readFileSync(`/proc/${pid}/wchan`, "utf8").includes("epoll"))
    assert.equal(await closeWhenOpened(pid, 0, [], 0.1), false)
    const closed = closeWhenOpened(pid, 0, [])
    const looked = Attached.to(pid, { limit: 60 })
    process.kill(Number(children()))
    const attached = await looked
    assert.equal((await attached.snapshot()).tasks.length, 20)
    await attached.close()
    await until(() => listeningSockets(pid).length === 0)
    process.kill(pid, "SIGKILL")
    assert.equal(typeof (await closed), "boolean")
  })

  it("is in the midst of a call of the engine that nothing interrupts", async (context) => {
    const { pid } = await waiting(context, ["20", "derive"])
    await until(() => /^State:\s*R/m.test(readFileSync(`/proc/${pid}/status`, "utf8")))
    await refused(pid, "no answer", /in the midst of one long call of the engine/, { limit: 0.3 })
  })

  it("ends meanwhile", async (context) => {
    const { child, pid } = await waiting(context, ["20"])
    const attached = await Attached.to(pid)
    child.kill("SIGKILL")
    await assert.rejects(attached.snapshot(), { failure: "ended", message: `process ${pid} has ended meanwhile` })
    await attached.close()
  })

  it("is a thread, or has ended and waits for its parent", async (context) => {
    const { pid, next } = await waiting(context, ["20", "zombie"])
    const zombie = Number(/^child (\d+)$/.exec(await next())?.[1])
    await until(() => /^State:\s*Z/m.test(readFileSync(`/proc/${zombie}/status`, "utf8")))
    await refused(zombie, "no such process", /there is no process/)
    const thread = execFileSync("ls", [`/proc/${pid}/task`], { encoding: "utf8" }).trim().split("\n").find((id) => Number(id) !== pid)
    await refused(Number(thread), "not a process", new RegExp(`^${thread} is a thread of process ${pid}: give that number$`))
  })

  it("belongs to another user", { skip: process.getuid?.() === 0 ? false : "only root can start a process as somebody else" }, async (context) => {
    const { pid } = await waiting(context, ["20"])
    const script = `import(${JSON.stringify(new URL("../../../src/inspect/attach/attach-node.ts", import.meta.url).href)}).then(({ Attached }) => Attached.to(${pid})).catch((error) => console.log(error.failure + ": " + error.message))`
    const told = execFileSync(process.execPath, ["--conditions=asyncio-ts:source", "-e", script], { uid: 65_534, gid: 65_534, encoding: "utf8", env: { PATH: "" } })
    assert.equal(told, `not this user's: process ${pid} belongs to user 0, and you are 65534: run this as that user\n`)
  })
})
