import type { Bug } from "./bug.ts"

export const bugs: readonly Bug[] = [
  {
    number: 60,
    issues: "gh-117379; gh-155502",
    test: "gh-117379: a task that nobody refers to is not collected",
    edits: [{ file: "src/core/task.ts", find: "    loop.tasks.append(run)\n", replace: "" }],
  },
  {
    number: 61,
    issues: "tokio #4624, #5686, #5712",
    test: "tokio #5686: tasks that never rest starve neither each other nor the host",
    edits: [
      {
        file: "src/core/scheduler.ts",
        find: "      if ((burst.turns >= burst.stride || (begins && burst.late)) && this.#letHostRound(begins)) break\n",
        replace: "",
      },
    ],
  },
  {
    number: 62,
    issues: "tokio #8252, #3229, #3069",
    test: "tokio #8252: timers that others set and cancel meanwhile fire once and in order, or never",
    edits: [
      {
        file: "src/structures/heap.ts",
        find: "for (let top = (items.length >> 1) - 1; top >= 0; top -= 1) {",
        replace: "for (let top = -1; top >= 0; top -= 1) {",
      },
    ],
  },
  {
    number: 63,
    issues: "the order of CPython's weak sets",
    test: "the order of siblings: a group cancels its children in the order in which it made them",
    edits: [
      {
        file: "src/tasks/task-group.ts",
        find: "for (const child of this.#children) child[cancelFor]",
        replace: "for (const child of [...this.#children].reverse()) child[cancelFor]",
      },
    ],
  },
]
