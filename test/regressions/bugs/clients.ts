import type { Bug } from "./bug.ts"

export const bugs: readonly Bug[] = [
  {
    number: 71,
    issues: "httpcore #1093, #830, #785, #658, #642, #149; httpx #1461",
    test: "httpcore #1093: a request that is cancelled while it connects leaves its place to the next",
    edits: [{ file: "src/http/client/transport.ts", find: "        pool.failed(route.key)\n        throw error", replace: "        throw error" }],
  },
  {
    number: 72,
    issues: "redis-py #2624, #2665, #2641, #2579, #4121; fakeredis #471",
    test: "redis-py #2665: the answer to a cancelled request is not in the way of the next one",
    edits: [{ file: "src/http/client/exchange.ts", find: "if (this.connection.capacity === 1) this.connection.close()\n    else", replace: "if (this.connection.capacity > 1)" }],
  },
  {
    number: 73,
    issues: "undici #3158, #5318, #3754, #5673, #5675, #4834; p-queue #235",
    test: "undici #3158: requests leave no listener on a signal that lives long",
    edits: [{ file: "src/core/signal.ts", find: '    this.#signal.removeEventListener("abort", this.#abort)\n', replace: "" }],
  },
]
