/** `moveOnAfter` is a timeout whose TimeoutError is caught. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, me } from "../support/record.ts"
import { random, type Random } from "../support/random.ts"
import { trace, type Log } from "./trace.ts"

interface Limit {
  run(body: () => Promise<unknown>): PromiseLike<unknown>
  reschedule(when: number | null): void
  expired(): boolean
}

function defined(delay: number | null): Limit {
  const limit = asyncio.timeout(delay)
  return {
    run: async (body) => {
      let ofBody: unknown
      const watched = async (): Promise<unknown> => {
        try {
          return await body()
        } catch (error) {
          ofBody = error
          throw error
        }
      }
      try {
        return await limit.run(watched)
      } catch (error) {
        if (error instanceof asyncio.TimeoutError && error !== ofBody) return undefined
        throw error
      }
    },
    reschedule: (when) => limit.reschedule(when),
    expired: () => limit.expired(),
  }
}

type Statement =
  | { readonly kind: "sleep"; readonly delay: number }
  | { readonly kind: "fail" | "cancel myself" }
  | { readonly kind: "reschedule"; readonly delay: number | null }
  | { readonly kind: "move on" | "time out" | "group"; readonly delay: number | null; readonly body: Statement[] }
  | { readonly kind: "clean up" | "swallow"; readonly delay: number; readonly body: Statement[] }

function statements(random: Random, depth: number): Statement[] {
  return Array.from({ length: 1 + random.below(3) }, () => statement(random, depth))
}

function statement(random: Random, depth: number): Statement {
  const delay = random.below(4)
  const kind = random.pick(["sleep", "sleep", "sleep", "move on", "move on", "time out", "group", "clean up", "swallow", "reschedule", "rare"] as const)
  if (kind === "reschedule") return { kind, delay: random.chance(30) ? null : delay }
  if (kind === "rare") return { kind: random.pick(["fail", "cancel myself"] as const) }
  if (kind === "sleep" || depth === 0) return { kind: "sleep", delay }
  const body = statements(random, depth - 1)
  if (kind === "clean up" || kind === "swallow") return { kind, delay, body }
  return { kind, delay: random.chance(10) ? null : delay, body }
}

async function play(program: readonly Statement[], make: (delay: number | null) => Limit, log: Log, limits: readonly Limit[] = []): Promise<string> {
  for (const step of program) {
    switch (step.kind) {
      case "sleep":
        await asyncio.sleep(step.delay)
        break
      case "fail":
        throw new RangeError("on purpose")
      case "cancel myself":
        me().cancel()
        break
      case "reschedule":
        try {
          limits.at(-1)?.reschedule(step.delay === null ? null : asyncio.getRunningLoop().time() + step.delay)
        } catch (error) {
          log(`cannot: ${String(error)}`)
        }
        break
      case "move on": {
        const limit = make(step.delay)
        try {
          log(`moved on with ${String(await limit.run(() => play(step.body, make, log, [...limits, limit])))}`)
        } finally {
          log(`expired: ${limit.expired()}, requests: ${me().cancelling()}`)
        }
        break
      }
      case "time out":
        await asyncio.timeout(step.delay).run(() => play(step.body, make, log, limits))
        break
      case "group":
        await new asyncio.TaskGroup().run(async (group) => {
          group.createTask(() => play(step.body, make, log))
          await asyncio.sleep(step.delay ?? 0)
        })
        break
      case "clean up":
        try {
          await play(step.body, make, log, limits)
        } finally {
          await asyncio.sleep(step.delay)
          log("cleaned up")
        }
        break
      case "swallow":
        try {
          await play(step.body, make, log, limits)
        } catch (error) {
          log(`swallowed ${(error as Error).name}`)
        }
    }
    log(step.kind)
  }
  return "all"
}

random("moveOnAfter does what a timeout does whose TimeoutError is caught", 1500, async (random) => {
  const program = statements(random, 3)
  const cancels = Array.from({ length: random.below(3) }, () => random.below(6))
  const run = (make: (delay: number | null) => Limit): Promise<string[]> =>
    trace(async (log) => {
      const loop = asyncio.getRunningLoop()
      const task = asyncio.createTask(() => play(program, make, log))
      for (const delay of cancels) loop.callLater(delay, () => void task.cancel())
      await asyncio.wait([task])
      log(`${fate(task)}, requests: ${task.cancelling()}`)
    })
  assert.deepEqual(await run((delay) => asyncio.moveOnAfter(delay)), await run(defined), JSON.stringify({ program, cancels }))
})
