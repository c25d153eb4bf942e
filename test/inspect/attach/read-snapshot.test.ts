/** How a snapshot is read of a process that takes its time: one that answers late, as no process does when a test wants it. */
import assert from "node:assert/strict"
import { it } from "node:test"
import { snapshotNow } from "asyncio-ts/inspect"
import { readSnapshot } from "#src/inspect/attach/read-snapshot-node.ts"
import type { Call, Question, Target } from "#src/inspect/attach/target.ts"
import { snapshotText } from "#src/inspect/snapshot/snapshot-text.ts"

const HOME = "/shop/node_modules/asyncio-ts/dist/"
const text = snapshotText(snapshotNow())

/** Is found at `calls` twice while it prepares its answer, which is there at the third look. */
function busyAt(...calls: Call[]): { readonly target: Target; readonly asked: string[] } {
  const asked: string[] = []
  const prepared = Promise.withResolvers<unknown>()
  let looks = 0
  const answers = {
    look: () => {
      looks += 1
      if (looks > 3) prepared.resolve({ id: 1, length: text.length })
      return { calls, rounds: 7, home: [HOME] }
    },
    prepare: () => prepared.promise,
    read: ({ from, to }: Extract<Question, { ask: "read" }>) => text.slice(from, to),
    snapshot: () => text,
  }
  const target = {
    pid: 4711,
    way: "socket",
    ask: async (question: Question) => {
      asked.push(question.ask)
      return answers[question.ask as keyof typeof answers](question as never)
    },
  } as Partial<Target> as Target // what readSnapshot uses of it
  return { target, asked }
}

function call(name: string, file: string): Call {
  return { function: name, file, line: 60, column: 17 }
}

const steps = call("#step", `file://${HOME}core/task.js`)

it("a process that takes long to describe itself is not blocked", async () => {
  const { target, asked } = busyAt(call("inWords", `file://${HOME}inspect/snapshot/resources.js`), steps)
  assert.equal((await readSnapshot(target)).blocked, undefined)
  assert.deepEqual([...new Set(asked)], ["look", "prepare", "read"])
})

it("a process that runs anything else without going round is, and is asked at once", async () => {
  const { target, asked } = busyAt(call("bake", "file:///shop/oven.ts"), steps)
  const { blocked } = await readSnapshot(target)
  assert.deepEqual([blocked?.function, blocked?.place?.line], ["bake", 60])
  assert.deepEqual(asked, ["look", "prepare", "look", "snapshot"])
})
