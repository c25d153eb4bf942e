/**
 * `asyncio-ts top`: a page with the tasks of a running program, drawn again and again.
 */
import { AttachError } from "../inspect/attach/attach-error.ts"
import type { Attached } from "../inspect/attach/attach-node.ts"
import { selectTasks } from "../inspect/attach/select-tasks.ts"
import { attachedTo } from "./attached-to.ts"
import { Interruption } from "./interruption.ts"
import { LOOK_HELP, parseLook, type LookArguments } from "./ps-arguments.ts"
import { reported } from "./ps-command.ts"
import { openPage } from "./top-page.ts"
import { screenOf, type Line } from "./top-screen.ts"
import { looked, topState, type TopState } from "./top-state.ts"

/** Where the output is no terminal. */
const COLUMNS = 120

/** @throws UsageError */
export async function topCommand(argv: readonly string[]): Promise<number> {
  const look = parseLook("top", argv)
  if (look === "help") {
    console.log(LOOK_HELP)
    return 0
  }
  const pid = look.pid ?? 0 // parseLook asks for one
  return reported(look.json, async () => {
    const interruption = new Interruption()
    try {
      return await attachedTo(pid, look, interruption, async (attached) => {
        await attached.measureCpu(true).catch((error: unknown) => {
          // A blocked loop is shown all the same.
          if (!(error instanceof AttachError) || error.failure !== "no answer") throw error
        })
        const fullScreen = process.stdout.isTTY && process.stdin.isTTY && !look.json
        return fullScreen ? showPage(attached, look, interruption) : showLines(attached, look, interruption)
      })
    } finally {
      interruption.stop()
    }
  })
}

/** The page; until a key or a signal ends it, or the program has ended. */
async function showPage(attached: Attached, look: LookArguments, interruption: Interruption): Promise<number> {
  let wake: (() => void) | undefined
  let state = topState({ sort: look.sort, filter: look.name, interval: look.interval })
  state = looked(state, await attached.snapshot({ lines: look.lines }))
  const page = await openPage(state, (now) => {
    // A longer interval need not be waited for, nor the end of a pause.
    if (now.quit || now.interval !== state.interval || now.paused !== state.paused) wake?.()
    state = now
  })
  let quit = false
  void page.ended.then(() => {
    quit = true
    wake?.()
  })
  try {
    for (let looks = 1; look.count === undefined || looks < look.count; ) {
      const paused = page.state.paused
      const woken = new Promise<void>((resolve) => (wake = resolve))
      await interruption.or(Promise.race([woken, paused ? new Promise<never>(() => undefined) : interruption.after(page.state.interval)]))
      if (interruption.exitCode !== undefined) return interruption.exitCode
      if (quit) break
      if (page.state.paused) continue
      const snapshot = await interruption.or(attached.snapshot({ lines: look.lines }))
      if (snapshot === undefined) return interruption.exitCode ?? 1
      page.set(looked(page.state, snapshot))
      looks += 1
    }
    return 0
  } finally {
    await page.close()
  }
}

/** The same for a pipe: a page at each look, or with `--json` a line. */
async function showLines(attached: Attached, look: LookArguments, interruption: Interruption): Promise<number> {
  let state: TopState = topState({ sort: look.sort, filter: look.name, interval: look.interval })
  // One look says nothing of the time that tasks use; a program that reads these lines says when it has enough.
  const looks = look.count ?? (look.json ? Infinity : 2)
  for (let done = 1; ; done++) {
    const snapshot = await interruption.or(attached.snapshot({ lines: look.lines }))
    if (snapshot === undefined) return interruption.exitCode ?? 1
    state = looked(state, snapshot)
    if (look.json) console.log(JSON.stringify(selectTasks(snapshot, { sort: look.sort, name: look.name, limit: look.limit })))
    else if (look.count !== undefined || done === looks) console.log(plain(screenOf({ ...state, selected: undefined }, { columns: COLUMNS, rows: Math.min(look.limit ?? Infinity, snapshot.tasks.length) + 5 })))
    if (done >= looks) return 0
    await interruption.after(look.interval)
    if (interruption.exitCode !== undefined) return interruption.exitCode
  }
}

function plain(lines: readonly Line[]): string {
  // The last line names keys.
  return lines.slice(0, -1).map((line) => line.map(({ text }) => text).join("").trimEnd()).join("\n").trimEnd()
}
