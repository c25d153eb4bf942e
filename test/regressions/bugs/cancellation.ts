import type { Bug } from "./bug.ts"

const timeouts = "src/tasks/timeouts.ts"

export const bugs: readonly Bug[] = [
  {
    number: 36,
    issues: "gh-86296; CPython PRs #26097, #28149",
    test: "gh-86296: waitFor does not hide a cancel that lands together with the result",
    edits: [
      {
        file: "src/tasks/wait-for.ts",
        find: "return timeout(seconds).run(async () => (typeof awaited === \"function\" ? awaited() : awaited))",
        replace: `try {
    return await timeout(seconds).run(async () => (typeof awaited === "function" ? awaited() : awaited))
  } catch (error) {
    if (awaited instanceof Future && awaited.done() && !awaited.cancelled()) return awaited.result()
    throw error
  }`,
      },
    ],
  },
  {
    number: 37,
    issues: "gh-84849; gh-92824",
    test: "gh-84849: a result that is made while the deadline cancels the work does not vanish",
    edits: [
      {
        file: timeouts,
        find: "if (failure === undefined) return\n    const first",
        replace: 'if (failure === undefined) throw new TimeoutError("late")\n    const first',
      },
    ],
  },
  {
    number: 38,
    issues: "gh-134471",
    test: "gh-134471: a deadline that is due on entry does not swallow an earlier cancel",
    edits: [{ file: timeouts, find: "const first = this.#pendingBefore !== null &&", replace: "const first = false &&" }],
  },
  {
    number: 39,
    issues: "gh-102780; CPython PR #102815",
    test: "gh-102780: a timeout entered while a cancel is handled takes its own request back, and no other",
    edits: [{ file: timeouts, find: "withdraw(frame) > this.#before", replace: "withdraw(frame) > 0" }],
  },
  {
    number: 39,
    issues: "asgiref #585",
    test: "asgiref #585: who cancels a task to limit its time takes the request back, and other limits go on working",
    edits: [{ file: "src/core/cancellation.ts", find: "      above.requests -= 1\n      above.root.requested -= 1\n", replace: "" }],
  },
  {
    number: 40,
    issues: "async-timeout #229, #230, #295",
    test: "async-timeout #229: a deadline and a cancel in one tick are both honoured",
    edits: [{ file: timeouts, find: "if (othersAsked || first ||", replace: "if (first ||" }],
  },
  {
    number: 41,
    issues: "gh-76865",
    test: "gh-76865: gather with returnExceptions passes a cancel on, and has nothing to report",
    edits: [
      {
        file: "src/tasks/gather.ts",
        find: "if (!this.#cancelRequested) this[returnWith](results)",
        replace: "if (this.#returnExceptions || !this.#cancelRequested) this[returnWith](results)",
      },
    ],
  },
  {
    number: 41,
    issues: "gh-73618",
    test: "gh-73618: a gather that is cancelled and that nobody awaits logs nothing",
    edits: [{ file: "src/tasks/gather.ts", find: "(error, error instanceof CancelledError)", replace: "(error)" }],
  },
  {
    number: 42,
    issues: "gh-86802",
    test: "gh-86802: a shielded failure after the outer cancel is told to the exception handler, once",
    edits: [
      {
        file: "src/tasks/shield.ts",
        find: "    new Relay(inner, reportFailure)\n",
        replace: "",
      },
    ],
  },
  {
    number: 42,
    issues: "gh-155854",
    test: "gh-155854: cancelled shields leave nothing on a long-lived inner future, and report its failure once",
    edits: [{ file: "src/tasks/shield.ts", find: "    this.#relay.stop()\n", replace: "" }],
  },
  {
    number: 42,
    issues: "gh-155854, of coroutines",
    test: "gh-155854: looks at a coroutine that have given up leave nothing on it",
    edits: [
      {
        file: "src/core/coroutine.ts",
        find: "    looker[listen]({ futureDone: () => lookers.delete(looker) })\n",
        replace: "",
      },
    ],
  },
  {
    number: 43,
    issues: "python/asyncio #127",
    test: "python/asyncio #127: asCompleted looks at each future a fixed number of times, however many there are",
    edits: [
      {
        file: "src/tasks/as-completed.ts",
        find: "if (!this.#relays.delete(future)) return",
        replace: "if (![...this.#relays.keys()].filter((other) => other.done()).includes(future) || !this.#relays.delete(future)) return",
      },
    ],
  },
  {
    number: 43,
    issues: "gh-90431",
    test: "gh-90431: a cancelled wait lets its futures go on",
    edits: [
      {
        file: "src/tasks/wait.ts",
        find: "for (const relay of relays) relay.stop()",
        replace: "for (const future of futures) future.cancel()",
      },
    ],
  },
  {
    number: 44,
    issues: "gh-105288",
    test: "gh-105288: wait refuses what cannot be awaited instead of hanging on it",
    edits: [
      { file: "src/tasks/wait.ts", find: "if (future instanceof Future) continue", replace: "if (!(future instanceof Promise)) continue" },
      {
        file: "src/tasks/wait.ts",
        find: "const relays = [...futures].map(",
        replace: "const relays = [...futures].filter((future) => future instanceof Future).map(",
      },
    ],
  },
  {
    number: 45,
    issues: "anyio #695, #1111",
    test: "anyio #695: while somebody takes long to obey a cancel, nothing spins",
    edits: [
      {
        file: "src/core/cancellation.ts",
        find: "    frame.interrupt(request)\n",
        replace: `    frame.interrupt(request)
    const again = () => void (frame.ended || frame.loop.schedule({ quiet: true, run: again }))
    again()
`,
      },
    ],
  },
  {
    number: 46,
    issues: "anyio #716, #698, #790",
    test: "anyio #716: a deadline in one branch of a task counts on that branch only",
    edits: [{ file: "src/core/cancellation.ts", find: "  count(frame)\n  frame.root.latest", replace: "  count(frame.root)\n  frame.root.latest" }],
  },
  {
    number: 46,
    issues: "anyio #1091",
    test: "anyio #1091: a deadline over a group whose children it cancels is a TimeoutError, and no group of errors",
    edits: [
      {
        file: "src/tasks/task-group.ts",
        find: "const error = child.cancelled() ? undefined : child.exception()",
        replace: 'const error = child.cancelled() ? new Error("cancelled") : child.exception()',
      },
    ],
  },
  {
    number: 46,
    issues: "anyio #642",
    test: "anyio #642: what is shielded from a cancel keeps its children as well",
    edits: [
      { file: "src/tasks/shield.ts", find: "return inner.done() ? inner : new Shield(inner)", replace: "return inner" },
    ],
  },
  {
    number: 47,
    issues: "Effect #6545",
    test: "Effect #6545: a cancel that is held back is delivered when the mask ends",
    edits: [{ file: "src/tasks/settled.ts", find: "if (cancelled === undefined) return future.result()", replace: "return future.result()" }],
  },
  {
    number: 48,
    issues: "Effect #6214, #6552, #5906, #6844",
    test: "Effect #6214: what was replaced does not end what replaced it",
    edits: [
      {
        file: timeouts,
        find: "this.#handle?.cancel()\n    this.#handle = null\n    if (when === null",
        replace: "this.#handle = null\n    if (when === null",
      },
    ],
  },
  {
    number: 49,
    issues: "trio #1175; trio 0.11",
    test: "trio #1175: of several deadlines that have passed the outermost catches, and no other",
    edits: [
      {
        file: timeouts,
        find: "const othersAsked = withdraw(frame) > this.#before",
        replace: "withdraw(frame)\n    const othersAsked = false",
      },
    ],
  },
  {
    number: 50,
    issues: "trio #1235",
    test: "trio #1235: a thousand nested scopes, and a cancel through ten thousand tasks, fit on the stack",
    edits: [
      {
        file: "src/core/cancellation.ts",
        find: "    found.push({ target, request, leave: false })\n    return",
        replace: "    return aim(target.frame, request)",
      },
    ],
  },
  {
    number: 50,
    issues: "p-queue 81cbae2",
    test: "p-queue 81cbae2: a thousand jobs of one signal are aborted together, and cost it one listener",
    edits: [
      { file: "src/core/signal.ts", find: "listening.get(signal) ?? new AbortList(signal)", replace: "new AbortList(signal)" },
    ],
  },
]
