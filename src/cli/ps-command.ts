/**
 * `asyncio-ts ps` and `pstree`: the tasks of a running program.
 */
import { AttachError } from "../inspect/attach/attach-error.ts"
import { nodeProcesses } from "../inspect/attach/node-processes-node.ts"
import { selectTasks } from "../inspect/attach/select-tasks.ts"
import type { Snapshot } from "../inspect/snapshot.ts"
import { renderTable } from "../inspect/snapshot/render-table.ts"
import { renderTree } from "../inspect/snapshot/render-tree.ts"
import { attachedTo } from "./attached-to.ts"
import { Interruption } from "./interruption.ts"
import { LOOK_HELP, parseLook, type LookArguments } from "./ps-arguments.ts"

const CANNOT_LOOK = 1
/** Where the output has no width of its own. */
const WIDTH = 120
const LEAST_WIDTH = 40

/** @throws UsageError */
export async function psCommand(command: "ps" | "pstree", argv: readonly string[]): Promise<number> {
  const look = parseLook(command, argv)
  if (look === "help") {
    console.log(LOOK_HELP)
    return 0
  }
  if (look.pid === undefined) {
    console.log(listText(look.json))
    return 0
  }
  return reported(look.json, () => show(look, look.pid ?? 0))
}

/** What `show` gives, or 1 with a sentence on standard error. */
export async function reported(json: boolean, show: () => Promise<number>): Promise<number> {
  try {
    return await show()
  } catch (error) {
    if (!(error instanceof AttachError)) throw error
    if (json) console.log(JSON.stringify({ error: { failure: error.failure, message: error.message } }))
    console.error(`asyncio-ts: ${error.message}`)
    return CANNOT_LOOK
  }
}

async function show(look: LookArguments, pid: number): Promise<number> {
  // From here on: a process that is left without a word keeps its inspector open.
  const interruption = new Interruption()
  try {
    return await attachedTo(pid, look, interruption, async (attached) => {
      if (look.cpu !== undefined) {
        await attached.measureCpu(true)
        await interruption.after(look.cpu)
      }
      const looks = look.count ?? (look.watch ? Infinity : 1)
      for (let done = 1; ; done++) {
        const snapshot = await interruption.or(attached.snapshot({ lines: look.lines }))
        if (interruption.exitCode !== undefined || snapshot === undefined) return interruption.exitCode ?? CANNOT_LOOK
        console.log(textOf(snapshot, look))
        if (done >= looks) return 0
        await interruption.after(look.interval)
        if (!look.json) console.log()
      }
    })
  } finally {
    interruption.stop()
  }
}

/** The snapshot as `look` asks for it. */
export function textOf(snapshot: Snapshot, { command, json, sort, name, limit, color }: LookArguments): string {
  const table = command === "ps" && !json
  // A table counts those that the limit leaves out.
  const selected = selectTasks(snapshot, { sort, name, limit: table ? undefined : limit, connected: command === "pstree" })
  if (json) return JSON.stringify(selected)
  const { columns, isTTY }: Partial<typeof process.stdout> = process.stdout // a pipe has neither
  const options = { width: Math.max(LEAST_WIDTH, columns ?? WIDTH), color: color ?? ((isTTY ?? false) && process.stdout.hasColors()) }
  return table ? renderTable(selected, { ...options, sort, maxRows: limit }) : renderTree(selected, options)
}

function listText(json: boolean): string {
  const processes = nodeProcesses()
  if (json) return JSON.stringify(processes)
  if (processes.length === 0) return "no Node program of yours runs"
  const width = Math.max(...processes.map(({ pid }) => String(pid).length), 3)
  const rows = processes.map(({ pid, usesLibrary, command }) => `${String(pid).padStart(width)}  ${usesLibrary.padEnd(10)}  ${command.join(" ").replaceAll(/[\p{Cc}\p{Cf}]/gu, " ")}`)
  return [`${"PID".padStart(width)}  ASYNCIO-TS  COMMAND`, ...rows].join("\n")
}
