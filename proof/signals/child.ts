// A program of the proof in a process of its own: PROGRAM TREE ENTRY HOW SIGNAL POSITIONS...; it prints what is opened, closed and heard.
import * as asyncio from "asyncio-ts"
import { observe } from "#src/core/observer.ts"
import { say } from "./guarded.ts"
import { PROGRAMS } from "./programs.ts"
import { programOf, type Tree } from "./random-program.ts"
import type { Entry, How } from "./trial.ts"

const [name = "", tree = "", entry = "", how = "", signal = "", ...positions] = process.argv.slice(2)
const at = new Set(positions.map(Number))
const program = tree === "" ? PROGRAMS[name] : programOf(JSON.parse(tree) as Tree) // of the proof
if (program === undefined) throw new RangeError(`there is no program '${name}'`)

/** How a signal comes at an await. */
const WAYS: Readonly<Record<How, () => void>> = {
  sent: () => void process.kill(process.pid, signal),
  // Without the way through the system, so that no other step comes between.
  "at once": () => process.nextTick(() => void process.emit(signal as NodeJS.Signals)), // that of the proof
  // Whoever runs this sends it when it hears of the await.
  "by another": () => undefined,
}

let awaits = 0
observe({
  taskParked() {
    awaits += 1
    if (!at.has(awaits)) return
    say(`@${awaits}`)
    WAYS[how as How]() // of the proof
  },
})
process.on("exit", () => say(`=${awaits}`))

/** SIGTERM ends a process at once, as it does one of Python's; a program that wants an orderly end says so. */
async function ending(): Promise<void> {
  const main = asyncio.currentTask()
  if (signal === "SIGTERM") asyncio.getRunningLoop().addSignalHandler(signal, () => void main?.cancel(signal))
  try {
    await program?.()
    say("returned")
  } finally {
    say("main")
  }
}

const ENTRIES: Readonly<Record<Entry, () => Promise<unknown>>> = {
  run: () => asyncio.run(ending),
  async caught() {
    try {
      await asyncio.run(ending)
    } catch (error) {
      if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
    }
  },
  async runner() {
    const runner = new asyncio.Runner()
    try {
      await runner.run(ending)
    } finally {
      await runner.close()
    }
  },
}

const SIGTERM_CODE = 143
try {
  await ENTRIES[entry as Entry]() // of the proof
} catch (error) {
  if (signal !== "SIGTERM" || !(error instanceof asyncio.CancelledError)) throw error
  process.exitCode = SIGTERM_CODE
}
