import type { Bug } from "./bug.ts"

const group = "src/tasks/task-group.ts"

export const bugs: readonly Bug[] = [
  {
    number: 51,
    issues: "gh-116720",
    test: "gh-116720: a nested group that fails does not eat its parent's cancel",
    edits: [{ file: group, find: "    if (countRequests(frame) > 0) renew(frame, requestBy(undefined))\n", replace: "" }],
  },
  {
    number: 52,
    issues: "gh-95289; gh-133747",
    test: "gh-95289: a group whose body replaces the error takes its request back all the same",
    edits: [
      {
        file: group,
        find: "const left = withdraw(frame)",
        replace: "const left = failure !== undefined && !isCancellation(failure.error) ? 1 : withdraw(frame)",
      },
    ],
  },
  {
    number: 53,
    issues: "gh-128550",
    test: "gh-128550: a group that fails while a child starts eagerly cancels that child too",
    edits: [
      {
        file: group,
        find: "for (const child of this.#children) child[cancelFor]",
        replace: "for (const child of [...this.#children].slice(0, -1)) child[cancelFor]",
      },
    ],
  },
  {
    number: 54,
    issues: "gh-128588",
    test: "gh-128588: no cancel leaks out of a group whose eager child fails at once",
    edits: [{ file: group, find: "const left = withdraw(frame)", replace: "const left = countRequests(frame)" }],
  },
  {
    number: 55,
    issues: "gh-155418",
    test: "gh-155418: a group that an eager child ends before its first await does not hang on that child",
    edits: [
      {
        file: group,
        find: "new Relay(task, this.#childDone)\n    this.#cancelLate(task)",
        replace: "new Relay(task, this.#childDone)",
      },
    ],
  },
  {
    number: 56,
    issues: "gh-157301; CPython PR #157302",
    test: "gh-157301: a task whose eager start fails leaves the loop as it was",
    edits: [
      { file: "src/core/task.ts", find: "return NativePromise.reject(error) // it was no async function and threw", replace: "throw error" },
    ],
  },
  {
    number: 57,
    issues: "gh-124309; aiohappyeyeballs #100; aiohttp #8599",
    test: "gh-124309: a staggered race with eager tasks has one winner, also when two finish at once",
    edits: [
      { file: "src/tasks/staggered-race.ts", find: "if (winner === undefined) {", replace: "{" },
      {
        file: "src/tasks/staggered-race.ts",
        find: "            ask(running(started.filter((_task, other) => other !== index)))\n",
        replace: "",
      },
    ],
  },
  {
    number: 58,
    issues: "anyio #685",
    test: "anyio #685: who gives up on TaskGroup.start takes its child along, and leaves the group alone",
    edits: [{ file: group, find: "if (!task.done()) task.cancel()", replace: "if (!task.done()) this.cancel()" }],
  },
  {
    number: 58,
    issues: "anyio #706",
    test: "anyio #706: a child that says twice that it is ready is ready once",
    edits: [{ file: group, find: "if (!ready.done()) ready[returnWith]({ value })", replace: "ready[returnWith]({ value })" }],
  },
  {
    number: 59,
    issues: "gh-128552; anyio #806, #809, #863",
    test: "gh-128552: a task that is kept does not keep the cancellation it ended with",
    edits: [{ file: "src/core/future.ts", find: "    this.#outcome = undefined\n    return outcome", replace: "    return outcome" }],
  },
]
