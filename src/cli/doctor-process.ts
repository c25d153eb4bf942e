/**
 * Records a process that runs, for doctor.
 */
import { AttachError } from "../inspect/attach/attach-error.ts"
import type { Attached } from "../inspect/attach/attach-node.ts"
import type { Snapshot } from "../inspect/snapshot.ts"
import { blockedWords, threadName } from "../inspect/snapshot/surroundings.ts"
import { attachedTo } from "./attached-to.ts"
import type { DoctorCommand } from "./doctor-arguments.ts"
import type { Examined } from "./doctor-report.ts"
import { Interruption } from "./interruption.ts"

const SECONDS = 5
/** Events that are kept: some ten megabytes there. */
const CAPACITY = 262_144

/** What it did; or the exit code of an interruption that came before there was anything to tell. @throws AttachError */
export async function examineProcess(pid: number, command: DoctorCommand): Promise<Examined | number> {
  const interruption = new Interruption()
  try {
    return await attachedTo(pid, command, interruption, (attached) => examine(attached, command.for ?? SECONDS, interruption))
  } finally {
    interruption.stop()
  }
}

async function examine(attached: Attached, seconds: number, interruption: Interruption): Promise<Examined> {
  const recorded = await recordedFrom(attached, seconds, interruption)
  const snapshot = await attached.snapshot({ lines: false })
  const { blocked, deadlocks } = snapshot
  const { exitCode: interrupted } = interruption
  const seen = { what: `process ${attached.pid}`, deadlocks: deadlocks.map(({ text }) => text), notes: threadsIn(snapshot), ...(interrupted === undefined ? {} : { interrupted }) }
  if (!(recorded instanceof AttachError)) return { ...recorded, ...seen }
  if (blocked === undefined) throw recorded
  return { ...seen, recording: { tasks: [], events: [], dropped: 0 }, blocked }
}

/** What is not in the verdict, which is of the main thread. */
function threadsIn({ threads = [], loops }: Snapshot): string[] {
  const own = new Set(loops.map(({ thread }) => thread))
  return threads.flatMap((thread) => {
    if (thread.silent !== undefined) return [`${threadName(thread)} was not looked at: ${thread.silent}`]
    if (thread.blocked !== undefined) return [`the loop of ${threadName(thread)} is blocked ${blockedWords(thread.blocked)}`]
    return own.has(thread.id) ? [`${threadName(thread)} has a loop of its own, which was not recorded: ps shows its tasks`] : []
  })
}

/** What it did; or why it does not answer, which may be what is to be found. */
async function recordedFrom(attached: Attached, seconds: number, interruption: Interruption): Promise<Pick<Examined, "recording" | "from" | "until"> | AttachError> {
  try {
    const began = performance.now()
    await attached.record(seconds, CAPACITY)
    await countDown(`recording process ${attached.pid}`, seconds, interruption)
    const recording = await attached.recorded()
    const took = (performance.now() - began) / 1000
    const { taken } = recording
    return { recording, ...(taken === undefined ? {} : { until: taken, from: taken - took }) }
  } catch (error) {
    if (error instanceof AttachError && error.failure === "no answer") return error
    throw error
  }
}

/** Waits; on a terminal it says how long it still takes. */
async function countDown(what: string, seconds: number, interruption: Interruption): Promise<void> {
  const { stderr } = process
  const end = performance.now() + seconds * 1000
  const show = (): void => {
    const left = Math.ceil((end - performance.now()) / 1000)
    if (stderr.isTTY) stderr.write(`\r${what}, ${left} s left (Ctrl-C: the verdict so far) `)
  }
  if (!stderr.isTTY) stderr.write(`${what} for ${seconds} s\n`)
  show()
  const every = setInterval(show, 1000)
  await interruption.after(seconds)
  clearInterval(every)
  if (stderr.isTTY) stderr.write("\r\x1b[K")
}
