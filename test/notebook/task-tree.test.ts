import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { rich } from "#src/notebook/rich.ts"
import { ps, TaskTree } from "#src/notebook/task-tree.ts"
import { snapshotNow } from "asyncio-ts/inspect"
import { ticking } from "../core/support/ticking.ts"

describe("ps()", () => {
  it("shows each task below the one that awaits it, with what it waits for", async () => {
    const { "text/html": html = "", "text/plain": plain } = await asyncio.run(async () => {
      const lock = new asyncio.Lock({ name: "pot" })
      await lock.acquire()
      const guest = asyncio.createTask(() => lock.run(() => undefined), { name: "guest" })
      const party = asyncio.createTask(async () => guest, { name: "party" })
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      const shown = ps()[rich]()
      lock.release()
      await party
      return shown
    }, { name: "main" })
    assert.deepEqual(rowsOf(html).map(([name, state, what]) => [name, state, what]), [
      ["task", "state", "waits for"],
      ["main", "● running", ""],
      ["party", "● waiting", "task 'guest'"],
      ["└─ guest", "● waiting", rowsOf(html)[3]?.[2]],
    ])
    assert.match(rowsOf(html)[3]?.[2] ?? "", /^lock 'pot', held by 'main'/)
    assert.match(html, /<pre[^>]*>\nlocks, queues and the like\n/)
    assert.match(plain, /└─ guest/)
    assert.doesNotMatch(plain, /process \d/)
  })

  it("says that there is none", () => {
    assert.deepEqual({ ...ps()[rich]() }, { "text/plain": "no task", "text/html": "<div>no task</div>" })
    assert.equal(String(ps()), "no task")
  })

  it("shows tasks that await each other once round", async (t) => {
    // A loop that has taken long looks for circles and ends them, before it lets the host round.
    ticking(t, 0)
    await asyncio.run(async () => {
      const one: asyncio.Task<unknown> = asyncio.createTask(async () => two, { name: "one" })
      const two = asyncio.createTask(async () => one, { name: "two" })
      await asyncio.sleep(0)
      await asyncio.sleep(0)
      assert.match(new TaskTree(snapshotNow())[rich]()["text/html"] ?? "", /↻ they await each other/)
      one.cancel()
      await asyncio.wait([one, two])
    })
  })
})

/** The texts of a table's cells. */
function rowsOf(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = ""]) => [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = ""]) => cell.replaceAll(/<br>.*/g, "").replaceAll(/<[^>]+>/g, "").replaceAll("&#39;", "'").trim()))
}
