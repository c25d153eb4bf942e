import * as asyncio from "asyncio-ts"
import { Recorder, type Recording } from "asyncio-ts/inspect"
import { replay, runVirtual } from "asyncio-ts/testing"
import { Random } from "../../test/support/random.ts"
import { tellOf } from "../determinism/random-program.ts"
import type { Attack } from "../proof.ts"
import { hostedProgram, type HostWait, type Manner } from "./hosted-program.ts"

const STRIDE = 50
const MOST_FAILURES = 20
/** One after the other. */
const KINDS: readonly ((seed: number) => Promise<string | undefined>)[] = [
  tryOwn,
  (seed) => tryHosted(seed, { bare: false, harsh: false }),
  (seed) => tryHosted(seed, { bare: false, harsh: true }),
  (seed) => tryHosted(seed, { bare: true, harsh: false }),
]
/** Events that no program of these has. */
const ENOUGH = 2 ** 18

export const replays: Attack = async ({ size, seed, signal, progress }) => {
  const failures: string[] = []
  let done = 0
  for (; done < size && failures.length < MOST_FAILURES && !signal.aborted; done += 1) {
    const failure = await KINDS[done % KINDS.length]?.(seed + done).catch((error: unknown) => `it broke off with ${String(error)}`)
    if (failure !== undefined) failures.push(`seed ${seed + done}: ${failure}`)
    if (done % STRIDE === 0) progress(done)
  }
  return { done, failures }
}

/** With a program that awaits nothing of the host's: what goes wrong. */
async function tryOwn(seed: number): Promise<string | undefined> {
  let recording: Recording | undefined
  const told = await tellOf(new Random(seed), async (program) => {
    const recorder = new Recorder({ capacity: ENOUGH }).start()
    try {
      return await runVirtual(program, { name: "main" })
    } finally {
      recorder.stop()
      recording = asRead(recorder)
    }
  })
  if (recording === undefined) return "nothing was recorded"
  const recorded = recording
  return difference(told, await tellOf(new Random(seed), (program) => replay(recorded, program)))
}

/** With one that does: once with the same promises, and once with fakes. */
async function tryHosted(seed: number, manner: Manner): Promise<string | undefined> {
  const program = hostedProgram(new Random(seed), manner)
  const wait: HostWait = manner.harsh ? (left) => asyncio.wrapFuture(rounds(left)) : rounds
  const recorder = new Recorder({ capacity: ENOUGH }).start()
  const told = await (manner.bare ? asyncio.run : runVirtual)(program(wait)).finally(() => recorder.stop())
  const recorded = asRead(recorder)
  for (const again of [wait, () => asyncio.sleep(0)]) {
    const found = difference(told, await replay(recorded, program(again)).catch(String))
    if (found !== undefined) return `${again === wait ? "with the host's promises" : "with fakes"}, ${found}`
  }
  return undefined
}

async function rounds(left: number): Promise<void> {
  for (; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve))
}

/** As from a file. */
function asRead(recorder: Recorder): Recording {
  return JSON.parse(JSON.stringify(recorder.recording())) as Recording // what was written
}

function difference(told: string, again: string): string | undefined {
  if (told === again) return undefined
  const [lines, others] = [told.split("\n"), again.split("\n")]
  const at = lines.findIndex((line, index) => line !== others[index])
  return `line ${at + 1} is '${others[at] ?? "missing"}', not '${lines[at] ?? "missing"}'`
}
