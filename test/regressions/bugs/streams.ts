import type { Bug } from "./bug.ts"

const flow = "src/io/flow-control.ts"
const server = "src/io/server.ts"

export const bugs: readonly Bug[] = [
  {
    number: 64,
    issues: "gh-83939",
    test: "gh-83939: waitClosed returns, whichever side has ended the connection",
    edits: [{ file: flow, find: "    this.#closes?.wakeAll()\n", replace: "" }],
  },
  {
    number: 64,
    issues: "python/asyncio #263; gh-80982",
    test: "python/asyncio #263: a task that writes and drains for ever hears that the connection is gone",
    edits: [{ file: flow, find: "if (!this.#transport.isClosing()) return this.#attempt()", replace: "if (this.#transport !== null) return this.#attempt()" }],
  },
  {
    number: 65,
    issues: "gh-104344",
    test: "gh-104344: waitClosed of a server does not return while a connection is open",
    edits: [{ file: server, find: 'if (this.#state === "closed" && this.#open.size === 0)', replace: 'if (this.#state === "closed")' }],
  },
  {
    number: 65,
    issues: "gh-98582 and what followed",
    test: "gh-98582: waitClosed of a server returns when its last connection ends",
    edits: [{ file: server, find: "    this.#open.delete(transport)\n    this.#checkOver()\n", replace: "    this.#open.delete(transport)\n" }],
  },
  {
    number: 65,
    issues: "gh-114914",
    test: "gh-114914: a connection that is dropped without close is told of in debug mode",
    edits: [{ file: "src/io/stream-transport.ts", find: "    loop.resources.add(this)\n", replace: "" }],
  },
  {
    number: 66,
    issues: "trio 0.14",
    test: "trio 0.14: closing a connection wakes the task that waits to read from it",
    edits: [{ file: "src/io/stream-reader-protocol.ts", find: "if (error === null) this.#reader.feedEof()\n    else if (!this.#reader[ended])", replace: "if (error !== null)" }],
  },
  {
    number: 66,
    issues: "anyio #1267",
    test: "anyio #1267: a read that is cancelled in the tick of the close ends as cancelled, and the next one at the end",
    edits: [
      {
        file: "src/io/read-operations.ts",
        find: "    if (error !== null) throw error\n    this.lookAgain()",
        replace: "    if (error !== null && !this.reader[ended]) throw error\n    this.lookAgain()",
      },
    ],
  },
]
