import type { Bug } from "./bug.ts"

const condition = "src/sync/condition.ts"
const barrier = "src/sync/barrier.ts"

export const bugs: readonly Bug[] = [
  {
    number: 14,
    issues: "gh-112202; anyio #1075",
    test: "gh-112202: a notification that a cancelled waiter has had goes to the next",
    edits: [{ file: condition, find: "this.#condition[notifyOne]()\n    throw this.#error", replace: "throw this.#error" }],
  },
  {
    number: 15,
    issues: "bpo-22970; python/asyncio #346; gh-86766",
    test: "bpo-22970: a waiter cancelled while it takes the lock again throws only when it holds the lock",
    edits: [{ file: condition, find: "this.#error = error\n      return false", replace: "throw error" }],
  },
  {
    number: 16,
    issues: "gh-77022; gh-111693",
    test: "gh-77022: a cancelled wait is not swallowed, and throws the error of its own cancellation",
    edits: [{ file: condition, find: "    throw this.#error\n", replace: "    return true\n" }],
  },
  {
    number: 17,
    issues: "gh-155233",
    test: "gh-155233: after a cancel in mid-round every index of a barrier is given once",
    edits: [
      {
        file: barrier,
        find: "const index = this.#enter()",
        replace: "const counted = this.#inside.size\n    const index = this.#enter()",
      },
      { file: barrier, find: "return index\n    } finally {", replace: "return counted\n    } finally {" },
    ],
  },
  {
    number: 18,
    issues: "socketry/async #163",
    test: "socketry/async #163: a wait at a barrier that ends by a time limit is counted out",
    edits: [
      {
        file: barrier,
        find: "return index\n    } finally {\n      this.#leave(index)\n    }",
        replace: "this.#leave(index)\n      return index\n    } catch (error) {\n      throw error\n    }",
      },
    ],
  },
]
