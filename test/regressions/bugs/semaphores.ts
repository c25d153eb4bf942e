import type { Bug } from "./bug.ts"

const semaphore = "src/sync/semaphore.ts"
const runHolding = "src/sync/run-holding.ts"

export const bugs: readonly Bug[] = [
  {
    number: 6,
    issues: "python/asyncio #270, #271",
    test: "python/asyncio #270: a woken waiter that is cancelled passes its wake-up on",
    edits: [{ file: semaphore, find: "while (this.#permits > 0 && this.#wakeNext()) {", replace: "while (false) {" }],
  },
  {
    number: 7,
    issues: "gh-90155; CPython PR #93222",
    test: "gh-90155: a semaphore whose waiters have all given up is not dead",
    edits: [{ file: semaphore, find: "    this.#waiters.remove(operation)\n", replace: "" }],
  },
  {
    number: 8,
    issues: "bpo-45997; CPython PR #31910; gh-111693",
    test: "bpo-45997: a newcomer does not barge past those who wait",
    edits: [
      { file: semaphore, find: "if (this.locked()) return false", replace: "if (this.#permits === 0) return false" },
      {
        file: semaphore,
        find: "if (!this.#waiters.wakeFirst()) return false\n    this.#permits -= 1\n    return true",
        replace: "return this.#waiters.wakeFirst()",
      },
    ],
  },
  {
    number: 9,
    issues: "Effect #6081; effect-smol #1392",
    test: "Effect #6081: a waiter interrupted after it was given a permit gives it back",
    edits: [{ file: semaphore, find: "error !== null && !this.cancelled", replace: "false" }],
  },
  {
    number: 10,
    issues: "Effect #6910",
    test: "Effect #6910: an interrupt between taking a permit and being able to give it back leaks none",
    edits: [
      { file: runHolding, find: "await what.acquire()\n", replace: "await what.acquire()\n    await sleep(0)\n" },
      {
        file: runHolding,
        find: 'import type { Coroutine } from "../core/coroutine.ts"',
        replace: 'import type { Coroutine } from "../core/coroutine.ts"\nimport { sleep } from "../tasks/sleep.ts"',
      },
    ],
  },
  {
    number: 11,
    issues: "Effect #6638",
    test: "Effect #6638: an interrupt while the second of two permits is waited for gives the first back",
    edits: [
      {
        file: runHolding,
        find: "return await body()\n    } finally {\n      what.release()\n    }",
        replace: "return await body()\n    } catch (error) {\n      throw error\n    }",
      },
    ],
  },
  {
    number: 12,
    issues: "anyio #947; trio #548",
    test: "anyio #947: a place given back while the next in line is being cancelled is neither lost nor given twice",
    edits: [
      {
        file: "src/sync/wait-list.ts",
        find: "const first = this.#firstPending()\n    return first !== null && first.wake()",
        replace: "const { first } = this.#members\n    first?.wake()\n    return first !== null",
      },
    ],
  },
  {
    number: 13,
    issues: "anyio, CapacityLimiter.total_tokens",
    test: "anyio, CapacityLimiter.total_tokens: raising the limit wakes those who wait for it",
    edits: [{ file: semaphore, find: "?.owner?.id)\n    this.#wakeNext()", replace: "?.owner?.id)" }],
  },
]
