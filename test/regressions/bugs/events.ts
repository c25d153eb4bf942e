import type { Bug } from "./bug.ts"

export const bugs: readonly Bug[] = [
  {
    number: 19,
    issues: "Effect #6637",
    test: "Effect #6637: an event that is set and cleared at once wakes those present, and nobody who comes later",
    edits: [
      {
        file: "src/sync/event.ts",
        find: "if (error !== null) throw error\n    return true",
        replace: "if (error !== null) throw error\n    return this.begin(this.frame)",
      },
    ],
  },
  {
    number: 20,
    issues: "Effect #7364, #7193",
    test: "Effect #7364: completing a future wakes each of those who wait, also when one of them ends another",
    edits: [
      {
        file: "src/core/future.ts",
        find: "else for (const listener of listeners) listener.futureDone()",
        replace: "else for (const listener of listeners) listeners.splice(listeners.indexOf(listener), 1)[0].futureDone()",
      },
    ],
  },
  {
    number: 21,
    issues: "tokio #2135, #5458, #7996, #6521, #4747, #4751",
    test: "tokio #2135: no notification is lost when somebody leaves the line, and they arrive in order",
    edits: [
      { file: "src/sync/wait-list.ts", find: "    if (this.#cursor === member) this.#cursor = member.next\n", replace: "" },
    ],
  },
]
