import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { Recorder } from "asyncio-ts/inspect"
import { replay, runVirtual } from "asyncio-ts/testing"
import { replays } from "../../proof/replay/replay.ts"
import { firstSeed } from "../support/random.ts"

test("recorded programs are replayed", async (t) => {
  const seed = firstSeed()
  t.diagnostic(`SEED=${seed}`)
  const { done, failures } = await replays({ size: 32, seed, signal: new AbortController().signal, progress: () => undefined })
  assert.deepEqual(failures, [])
  assert.equal(done, 32)
})

test("a recording in which two turns have changed places gives another run, or none", async () => {
  const program = async (): Promise<string> => {
    const told: string[] = []
    await asyncio.gather([0.01, 0.02].map((delay) => async () => {
      told.push(`starts ${delay}`)
      await asyncio.sleep(delay)
      told.push(`ends ${delay}`)
    }))
    return told.join()
  }
  const recorder = new Recorder().start()
  await runVirtual(program).finally(() => recorder.stop())
  const recording = recorder.recording()
  const turns = recording.events.flatMap(({ kind, task }, at) => (kind === "resumed" && task !== recording.tasks[0]?.id ? [at] : []))
  const places = new Map([[turns[0], turns[1]], [turns[1], turns[0]]])
  const changed = { ...recording, events: recording.events.map((event, at) => recording.events[places.get(at) ?? at] ?? event) }
  assert.equal(await replay(recording, program), "starts 0.01,starts 0.02,ends 0.01,ends 0.02")
  assert.equal(await replay(changed, program), "starts 0.02,starts 0.01,ends 0.01,ends 0.02")
  const without = { ...recording, events: recording.events.filter((_event, at) => at !== turns[1]) }
  await assert.rejects(replay(without, program), /program and recording part/)
})
