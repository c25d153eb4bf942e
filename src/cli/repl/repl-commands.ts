/**
 * What begins with a point at the prompt: a look at the tasks of the session.
 */
// A statement may take the names of the globals.
import console from "node:console"
import process from "node:process"
import type { REPLServer } from "node:repl"

import { snapshotNow } from "../../inspect/agent.ts"
import { renderTable } from "../../inspect/snapshot/render-table.ts"
import { renderTree } from "../../inspect/snapshot/render-tree.ts"
import { timelineFile, UsageError } from "../arguments.ts"
import { showTimeline } from "../draw-timeline.ts"
import type { ReplSession } from "./repl-session.ts"

const LEAST_WIDTH = 40
/** Where the terminal does not tell its own. */
const WIDTH = 80

/** Adds `.ps`, `.pstree` and `.timeline` to what the prompt knows. */
export function addCommands(server: REPLServer, session: ReplSession): void {
  const define = (keyword: string, help: string, action: (rest: string) => void | Promise<void>): void => {
    server.defineCommand(keyword, {
      help,
      action(rest) {
        void Promise.resolve(rest.trim())
          .then(action)
          .catch((error: unknown) => console.error(error instanceof UsageError ? error.message : error))
          .finally(() => this.displayPrompt())
      },
    })
  }
  define("ps", "The tasks of this session, and what each waits for", () => console.log(renderTable(snapshotNow(), options())))
  define("pstree", "The same as a tree of who awaits whom", () => console.log(renderTree(snapshotNow(), options())))
  define("timeline", "What tasks did during the last statement that awaited: .timeline [FILE.html]", async (file) => {
    const { recorded } = session
    if (recorded === undefined) throw new UsageError("there is no timeline yet: no statement has awaited anything")
    await showTimeline(recorded, "the prompt", file === "" ? "terminal" : timelineFile(file))
  })
}

function options(): { width: number; color: boolean } {
  return { width: Math.max(LEAST_WIDTH, process.stdout.columns || WIDTH), color: process.stdout.isTTY && process.stdout.hasColors() }
}
