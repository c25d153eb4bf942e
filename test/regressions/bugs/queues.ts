import type { Bug, Edit } from "./bug.ts"

const queue = "src/sync/queue.ts"

/** Who is woken and cancelled takes what it was woken for all the same. */
const takeAndDrop: Edit = {
  file: queue,
  find: "this.#giveUp()\n    throw error",
  replace: "if (!this.cancelled && !this.blocked()) this.perform()\n    this.#giveUp()\n    throw error",
}

export const bugs: readonly Bug[] = [
  {
    number: 25,
    issues: "bpo-23812; gh-68000; python/asyncio #201, #256, #269; tornado #2826",
    test: "bpo-23812: a get that is cancelled when its item is there leaves the item in the queue",
    edits: [takeAndDrop],
  },
  {
    number: 26,
    issues: "python/asyncio #343",
    test: "python/asyncio #343: waitFor(queue.get()) loses no item that comes with the deadline",
    edits: [
      {
        file: "src/tasks/wait-for.ts",
        find: "return timeout(seconds).run(async () => (typeof awaited === \"function\" ? awaited() : awaited))",
        replace: `
  const inner = ensureFuture(awaited)
  const over = new Future()
  const end = () => void (over.done() || over.setResult())
  let late = false
  getRunningLoop().callLater(seconds, () => void ((late = true), end()))
  inner.addDoneCallback(end)
  await over
  if (!late) return inner.result()
  inner.cancel()
  throw new TimeoutError("late")`,
      },
    ],
  },
  {
    number: 27,
    issues: "python/asyncio #256; the twin of bpo-23812",
    test: "python/asyncio #256: a put that is cancelled when there is room leaves the room to the next",
    edits: [
      {
        file: queue,
        find: "if (!this.blocked() && !this.cancelled)",
        replace: "if (this.line() !== this.queue[putters] && !this.blocked() && !this.cancelled)",
      },
    ],
  },
  {
    number: 28,
    issues: "anyio #728",
    test: "anyio #728: an item that comes for a receiver with a pending cancel goes to another",
    edits: [
      {
        file: "src/sync/wait-list.ts",
        find: "this.remove(head)\n      if (head.wake()) return",
        replace: "this.remove(head)\n      head.wake()\n      return",
      },
    ],
  },
  {
    number: 29,
    issues: "Kotlin #1936, #4337, #2435, #2826, #3330",
    test: "Kotlin #1936: a receiver that is gone when its item comes leaves it to the next",
    edits: [{ file: queue, find: "dropped(): void {\n    this.#giveUp()\n  }", replace: "dropped(): void {}" }],
  },
  {
    number: 30,
    issues: "tokio #4867, #8260, #8075",
    test: "tokio #8260: a getter whose item is dropped by the shutdown is told, and does not wait again",
    edits: [
      {
        file: queue,
        find: '    if (this.queue[isShutDown]) throw new QueueShutDown("the queue is shut down")\n',
        replace: "",
      },
    ],
  },
  {
    number: 31,
    issues: "gh-117531",
    test: "gh-117531: shutdown wakes the getters and the putters that wait, and lets join return",
    edits: [{ file: queue, find: "    this[getters].popAll()\n    this[putters].popAll()\n", replace: "" }],
  },
  {
    number: 32,
    issues: "effect-smol #1806, #1416; Effect #6805",
    test: "effect-smol #1806: shutdown leaves no subscriber suspended, and each item was handed out once",
    edits: [
      {
        file: "src/sync/wait-list.ts",
        find: "while (this.#members.first !== null) this.popFirst()",
        replace: "this.popFirst()",
      },
    ],
  },
  {
    number: 33,
    issues: "Kotlin #4583, #1477, #3613",
    test: "Kotlin #4583: a receiver and a sender that are cancelled together leave the queue whole",
    edits: [{ file: queue, find: "    this.line().remove(this)\n", replace: "" }],
  },
  {
    number: 34,
    issues: "python-websockets #486",
    test: "python-websockets #486: a reader that gives up and asks again drops no message",
    edits: [takeAndDrop],
  },
  {
    number: 35,
    issues: "p-queue d9cf2be, 805339d",
    test: "p-queue d9cf2be: whatever empties a queue ends the wait for that",
    edits: [
      {
        file: queue,
        find: "      if (this.#unfinished === 0) this.#finished.set()\n    }\n    this[getters]",
        replace: "    }\n    this[getters]",
      },
    ],
  },
  {
    number: 35,
    issues: "p-queue a64b316",
    test: "p-queue a64b316: work that is aborted before its turn rejects at once",
    edits: [
      {
        file: "src/core/signal.ts",
        find: "  list.add(future)\n",
        replace: "",
      },
    ],
  },
]
