import { Random } from "../../test/support/random.ts"
import type { Attack, Findings, Work } from "../proof.ts"
import { SUBJECTS, type Subject, type SubjectName } from "./subjects.ts"
import { trySubject } from "./try-subject.ts"

const STRIDE = 500
const MOST_FAILURES = 5

/** Histories of one primitive. */
export function linearizable(name: SubjectName): Attack {
  return (work) => tryMany(SUBJECTS[name], work)
}

/** @param make - one to be tried: a test plants one that fails */
export async function tryMany(make: (random: Random) => Subject, { size, seed, signal, progress }: Work): Promise<Findings> {
  const failures: string[] = []
  let calls = 0
  let cancelled = 0
  let waiting = 0
  let done = 0
  for (; done < size && failures.length < MOST_FAILURES && !signal.aborted; done += 1) {
    try {
      const { subject, history } = await trySubject(make, new Random(seed + done))
      calls += history.calls.length
      for (const { gave, end } of history.calls) {
        if (gave === "cancelled") cancelled += 1
        if (end === Infinity) waiting += 1
      }
      if (!subject.isExplained(history)) failures.push(`seed ${seed + done}: nothing explains what happened to ${subject.about}:\n${String(history)}`)
    } catch (error) {
      failures.push(`seed ${seed + done}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    if (done % STRIDE === 0) progress(done)
  }
  return { done, failures, figures: { calls: String(calls), "of them cancelled": String(cancelled), "waiting in the end": String(waiting) } }
}
