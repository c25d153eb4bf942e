import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { after, describe, it, type TestContext } from "node:test"
import { fileURLToPath } from "node:url"

import { Attached } from "#src/inspect/attach/attach-node.ts"
import { renderTable } from "#src/inspect/snapshot/render-table.ts"
import { renderTree } from "#src/inspect/snapshot/render-tree.ts"
import { longTest } from "../../support/older-node.ts"
import { belongings, start, type Started } from "./programs/start.ts"

const skip = process.platform === "linux" ? false : "the system does not tell who listens on which port"
const THREADS = fileURLToPath(new URL("programs/threads.ts", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-threads-test-"))
after(() => rmSync(folder, { recursive: true }))
process.env["XDG_RUNTIME_DIR"] = folder
const SOCKET = { ASYNCIO_TS_INSPECT: "1", XDG_RUNTIME_DIR: folder }
const LINE = readFileSync(THREADS, "utf8").split("\n").findIndex((line) => line.includes("Math.sqrt")) + 1
/** Seconds; on a busy machine each answer may take a while. */
const LONG = 60

/** A program, once each of its threads has a loop that does what it is to do. */
async function threads(context: TestContext, whats: readonly string[], env: NodeJS.ProcessEnv = { XDG_RUNTIME_DIR: folder }): Promise<Started> {
  const started = await start(context, process.execPath, ["--inspect-port=0", "--conditions=asyncio-ts:source", "--no-warnings", THREADS, ...whats], env)
  if (whats.includes("main")) assert.equal(await started.next(), "main")
  return started
}

describe("worker threads of a process", { skip, concurrency: 2 }, () => {
  for (const [way, env] of [["inspector", undefined], ["socket", SOCKET]] as const) {
    it(`are shown with their loops, tasks and pools, also while one computes, by the ${way}`, { skip: way === "socket" ? longTest : false }, async (context) => {
      const { pid } = await threads(context, ["main", "waits", "crunch", "plain", "resize"], env)
      const before = belongings(pid)
      const attached = await Attached.to(pid, { limit: LONG })
      const snapshot = await attached.snapshot()
      await attached.close()
      assert.equal(attached.way, way)
      const { tasks, loops, pools, threads: workers = [], blocked } = snapshot
      const named = new Map(workers.map(({ id, name }) => [id, name]))
      const at = new Map(loops.map(({ id, thread }) => [id, thread === undefined ? "main" : named.get(thread)]))
      const guests = tasks.flatMap(({ name, loop }) => (name.startsWith("guest") ? [`${name} in ${at.get(loop)}`] : []))
      assert.deepEqual(guests.sort(), ["guest of crunch in crunch", "guest of main in main", "guest of resize in resize", "guest of waits in waits"])
      // None for the worker without the library, for the pool's own worker, and for those that look.
      assert.deepEqual([...named.values()].sort(), ["crunch", "resize", "waits"])
      assert.equal(new Set(tasks.map(({ id }) => id)).size, tasks.length)
      const [resize] = pools
      assert.deepEqual([pools.length, named.get(resize?.thread ?? 0), resize?.workers.length], [1, "resize", 1])
      const spins = workers.find(({ name }) => name === "crunch")
      assert.deepEqual([blocked, spins?.blocked?.function, spins?.blocked?.place?.line], [undefined, "crunch", LINE])
      assert.match(spins?.blocked?.advice ?? "", /await toThread\(crunch, …\)/)
      assert.match(renderTable(snapshot, { width: 120 }), /^ *ID THREAD STATE .*$[^]*^ *\d+ +main waiting .*guest of main[^]*^ *\d+ +\d waiting .*guest of waits/m)
      assert.match(renderTable(snapshot, { width: 120 }), /^  Lock 'door of waits' of worker thread \d: locked/m)
      assert.match(renderTree(snapshot, { width: 120 }), /^loop \d, in worker thread \d 'waits', system clock, 2 tasks$/m)
      for (let look = 0; look < 2000 && JSON.stringify(belongings(pid)) !== JSON.stringify(before); look++) await pause(5)
      assert.deepEqual(belongings(pid), before)
    })
  }

  it("are named where they do not answer, and hold up nobody", async (context) => {
    const { pid } = await threads(context, ["exec"])
    const attached = await Attached.to(pid, { limit: 2 })
    const snapshot = await attached.snapshot({ limit: LONG })
    await attached.close()
    const silent = snapshot.threads?.find(({ name }) => name === "exec")?.silent
    assert.match(silent ?? "", /^it has not answered within 1 s, as in a call that nothing can interrupt, such as execSync$/)
    assert.match(renderTable(snapshot, { width: 200 }), /worker thread \d 'exec' is not shown: it has not answered/)
  })

  it("measure what tasks compute while somebody looks, and end as ever with somebody there", async (context) => {
    for (const [way, env] of [["socket", SOCKET], ["inspector", undefined]] as const) {
      if (way === "inspector" && longTest !== false) break
      const { child, pid } = await threads(context, ["waits", "main"], env)
      const attached = await Attached.to(pid, { limit: LONG })
      assert.equal(attached.way, way)
      await attached.measureCpu(true)
      await attached.snapshot()
      const { tasks } = await attached.snapshot()
      assert.deepEqual(tasks.map(({ cpu }) => typeof cpu?.used), ["number", "number", "number", "number"])
      child.kill("SIGTERM")
      assert.deepEqual(await once(child, "exit"), [null, "SIGTERM"])
      await attached.close()
    }
  })
})
