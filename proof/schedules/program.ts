/**
 * A program: what each of a few tasks does with one thing, step by step.
 */
import * as asyncio from "asyncio-ts"
import { Crew, must, type Family, type Subject } from "./family.ts"

export interface Program {
  readonly family: Family
  readonly variant: number
  /** The operations of each task, as numbers. */
  readonly scripts: readonly (readonly number[])[]
  /** Tasks that end when they are cancelled; the others go on with their next step. */
  readonly mortal: readonly boolean[]
}

/** Seconds of virtual time by when nothing happens any more, and between two looks. */
const REST = 1000
const TICK = 1

/** Runs it; fails if something happens that may not. */
export function run({ family, variant, scripts, mortal }: Program): () => Promise<void> {
  return async () => {
    const crew = new Crew()
    const subject = family.make(variant, crew)
    for (const [at, script] of scripts.entries()) {
      crew.tasks.push(asyncio.createTask(() => live(subject, crew, at, script, mortal[at] === true)))
    }
    await endOf(subject, crew)
  }
}

async function live(subject: Subject, crew: Crew, at: number, script: readonly number[], mortal: boolean): Promise<void> {
  for (const operation of script) {
    try {
      const waits = subject.step(at, operation)
      if (waits !== undefined) await waits
    } catch (error) {
      if (!(error instanceof asyncio.CancelledError) || mortal || crew.over) throw error
      forgive()
    }
  }
}

/** It goes on as if nobody had asked. */
export function forgive(): void {
  const task = asyncio.currentTask()
  while (task !== undefined && task.cancelling() > 0) task.uncancel()
}

/** Waits until nothing happens any more, and ends what is left. */
export async function endOf(subject: Subject, crew: Crew): Promise<void> {
  await asyncio.sleep(REST)
  const loop = asyncio.getRunningLoop()
  // Somebody may have been cancelled at this very moment.
  while (loop.readyCount > 0) await asyncio.sleep(TICK)
  failures(crew)
  subject.atRest()
  crew.over = true
  for (let open = openOf(crew); open.length > 0; open = openOf(crew)) {
    for (const task of open) task.cancel()
    await asyncio.wait(open, { timeout: TICK })
    subject.letGo?.()
  }
  failures(crew)
  subject.atEnd()
  must(loop.timerCount === 0, "a timer was left")
  must(asyncio.allTasks().size === 1, "a task was left")
}

function openOf({ tasks }: Crew): asyncio.Task<void>[] {
  return tasks.filter((task) => !task.done())
}

/** What tasks ended with, unless they were cancelled. */
function failures({ tasks }: Crew): void {
  for (const task of tasks) if (task.done() && !task.cancelled()) task.result()
}

export function words({ family, variant, scripts, mortal }: Program): string {
  const lines = scripts.map((script, at) => {
    const steps = script.map((operation) => family.operations[operation] ?? "?").join(", ")
    return `  ${String.fromCodePoint(65 + at)}: ${steps}${mortal[at] === true ? " (ends when cancelled)" : ""}`
  })
  return [family.variants[variant] ?? "", ...lines].join("\n")
}
