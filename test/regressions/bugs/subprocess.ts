import type { Bug } from "./bug.ts"

const transport = "src/io/child-transport.ts"

export const bugs: readonly Bug[] = [
  {
    number: 67,
    issues: "gh-119710",
    test: "gh-119710: wait returns at the exit of the process, though a grandchild holds its pipe",
    edits: [{ file: transport, find: 'child.on("exit", (code', replace: 'child.on("close", (code' }],
  },
  {
    number: 67,
    issues: "gh-125502; gh-103847; gh-133536",
    test: "gh-125502: creating a process that is cancelled at any moment ends, and leaves none",
    edits: [
      { file: "src/io/spawn-child.ts", find: 'return () => transport.end("SIGKILL")', replace: "return () => {}" },
      { file: "src/io/spawn-child.ts", find: 'discard: (transport) => transport.end("SIGKILL"),', replace: "" },
    ],
  },
  {
    number: 67,
    issues: "gh-87744; gh-121126 by inspect_ai #4263",
    test: "gh-87744: the exit status is there for all who ask, also late and several times",
    edits: [{ file: transport, find: "for (const listener of this.#exitListeners) listener(returncode)", replace: ";[...this.#exitListeners][0]?.(returncode)" }],
  },
  {
    number: 67,
    issues: "anyio #1166",
    test: "anyio #1166: a child that fills its error output is not stuck while its output is read",
    edits: [{ file: "src/io/communication.ts", find: "...this.#outputs.map(({ reader, chunks }, index)", replace: "...this.#outputs.slice(0, 1).map(({ reader, chunks }, index)" }],
  },
]
