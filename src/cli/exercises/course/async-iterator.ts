import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { wrongValue } from "../judge-program.ts"
import { WorkError } from "../learner.ts"

interface Read {
  readonly first: readonly unknown[]
  readonly at: readonly number[]
  readonly closed: number
}

export const asyncIterator = defineProgram({
  name: "async-iterator",
  title: "Readings as they come",
  track: "main",
  objective: "write",
  remedial: "sleep-once",
  hints: ["A loop over your generator may be left before its end: with `break`.", "When a `for await` is left, the generator's `finally` runs.", "try { for (;;) yield await sensor.read() } finally { await sensor.close() }"],
  async drive(work, kit) {
    let next = 20
    let closed = 0
    const sensor = {
      read: kit.operation("read", async () => {
        await sleep(1)
        return (next += 1)
      }),
      close: kit.operation("close", async () => {
        closed += 1
      }),
    }
    const readings = work.call("readings", sensor)
    if (!isAsyncIterable(readings)) throw new WorkError("work.ts: readings gives nothing that `for await` takes: write export async function* readings(sensor)")
    const read = { first: [] as unknown[], at: [] as number[], closed: 0 }
    for await (const reading of readings) {
      read.first.push(reading)
      read.at.push(kit.time())
      if (read.first.length === 3) break
    }
    const result: Read = { ...read, closed }
    return result
  },
  judge({ value }) {
    const { first, at, closed } = value as Read // as drive gives it
    const wrong = wrongValue(first, [21, 22, 23]) ?? wrongValue(at, [1, 2, 3])
    if (wrong !== undefined) return { sentence: `the first three readings, and when they came: ${wrong.sentence}` }
    if (closed === 0) return { sentence: "the loop was left after three readings, and the sensor was never closed" }
    return closed > 1 ? { sentence: "the sensor was closed more than once" } : undefined
  },
})

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value
}
