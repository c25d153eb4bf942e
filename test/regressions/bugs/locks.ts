import type { Bug } from "./bug.ts"

const lock = "src/sync/lock.ts"
const runHolding = "src/sync/run-holding.ts"

export const bugs: readonly Bug[] = [
  {
    number: 1,
    issues: "bpo-27585; python/asyncio #393, #467, #1031",
    test: "bpo-27585: a waiter cancelled as it is handed the lock does not strand the others",
    edits: [
      {
        file: lock,
        find: "if (!this.#locked) this.#waiters.wakeHead()\n    throw error",
        replace: "throw error",
      },
    ],
  },
  {
    number: 2,
    issues: "bpo-32734; CPython PR #5466",
    test: "bpo-32734: a release and a cancel in one tick let one owner in, not two",
    edits: [
      {
        file: lock,
        find: "if (!this.#locked) this.#waiters.wakeHead()\n    throw error",
        replace: "this.#waiters.wakeFirst()\n    throw error",
      },
    ],
  },
  {
    number: 3,
    issues: "anyio #1145, #388, #387",
    test: "anyio #1145: a cancelled head of the line is not left there for release to trip over",
    edits: [
      {
        file: lock,
        find: "this.#waiters.remove(operation)\n    if (error === null) {",
        replace: "if (error === null) {\n      this.#waiters.remove(operation)",
      },
    ],
  },
  {
    number: 4,
    issues: "anyio #398; httpcore #454",
    test: "anyio #398: a task cancelled between acquiring and entering leaves the lock free",
    edits: [
      {
        file: runHolding,
        find: "await what.acquire()\n",
        replace: "await what.acquire()\n    await sleep(0)\n",
      },
      {
        file: runHolding,
        find: 'import type { Coroutine } from "../core/coroutine.ts"',
        replace: 'import type { Coroutine } from "../core/coroutine.ts"\nimport { sleep } from "../tasks/sleep.ts"',
      },
    ],
  },
  {
    number: 5,
    issues: "anyio #798",
    test: "anyio #798: acquiring again what one holds is an error that names the wait, not a hang",
    edits: [{ file: "src/testing/run-virtual.ts", find: "    doomWaits(first, new", replace: "    void (new" }],
  },
  {
    number: 22,
    issues: "tokio #1898",
    test: "tokio #1898: an acquire that is dropped early does not deadlock those behind it",
    edits: [{ file: lock, find: "this.#lock[leaveLine](this)", replace: "" }],
  },
  {
    number: 23,
    issues: "async-mutex #27",
    test: "async-mutex #27: a second release is an error or nothing, and never unlocks somebody else",
    edits: [{ file: "src/sync/held.ts", find: "    this.#release = null\n", replace: "" }],
  },
  {
    number: 24,
    issues: "redis-py #3847",
    test: "redis-py #3847: a cancel during the release does not leave the lock held",
    edits: [
      { file: runHolding, find: "what.release()", replace: "await sleep(0)\n      what.release()" },
      {
        file: runHolding,
        find: 'import type { Coroutine } from "../core/coroutine.ts"',
        replace: 'import type { Coroutine } from "../core/coroutine.ts"\nimport { sleep } from "../tasks/sleep.ts"',
      },
    ],
  },
]
