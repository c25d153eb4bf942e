/** A frame that awaits a promise cannot be interrupted: it is left behind, as this model says. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { random, type Random } from "../support/random.ts"
import { byInstant, outcome, pass, trace, type Log } from "./trace.ts"

const SECONDS = 10

interface Layer {
  readonly kind: "coroutine" | "plain" | "timeout" | "moveOnAfter" | "group"
  /** Seconds that it needs to clean up after an error. */
  readonly cleanUp: number
}

interface Program {
  /** From the outermost to the one that awaits the promise. */
  readonly layers: readonly Layer[]
  /** The layer whose deadline passes; -1 for a cancellation of the task. */
  readonly asked: number
  readonly at: number
  /** When the promise settles; null for never. */
  readonly settles: number | null
  /** What awaits the promise passes the CancelledError on that it gets afterwards. */
  readonly passesOn: boolean
}

function program(random: Random): Program {
  const layers = Array.from({ length: 1 + random.below(5) }, () => ({
    kind: random.pick(["coroutine", "plain", "timeout", "moveOnAfter", "group"] as const),
    cleanUp: random.below(3),
  }))
  const limits = [...layers.keys()].filter((index) => /timeout|moveOn/.test(layers[index]?.kind ?? ""))
  const at = 1 + random.below(SECONDS - 2)
  const settles = random.chance(20) ? null : random.below(SECONDS)
  return {
    layers,
    asked: limits.length > 0 && random.chance(60) ? random.pick(limits) : -1,
    at,
    // In one second the two would come in the order of the host's queues.
    settles: settles === at ? at + 1 : settles,
    passesOn: random.chance(50),
  }
}

/** What the package does. */
function play({ layers, asked, at, settles, passesOn }: Program): Promise<string[]> {
  return trace(async (log, clock) => {
    const loop = asyncio.getRunningLoop()
    const { promise, resolve } = Promise.withResolvers<string>()
    const enter = (index: number): PromiseLike<unknown> => {
      const delay = asked === index ? at : null
      const code = (): Promise<unknown> => live(index)
      switch (layers[index]?.kind) {
        case undefined:
          return innermost(promise, passesOn, log)
        case "coroutine":
          return asyncio.coroutine("layer", code)()
        case "plain":
          return code()
        case "timeout":
          return asyncio.timeout(delay).run(code)
        case "moveOnAfter":
          return asyncio.moveOnAfter(delay).run(code)
        case "group":
          return new asyncio.TaskGroup().run(code)
      }
    }
    const live = async (index: number): Promise<unknown> => {
      try {
        const value = await enter(index + 1)
        log(`${index} got ${String(value)}`)
        return "value"
      } catch (error) {
        log(`${index} caught ${(error as Error).name}`)
        await asyncio.sleep(layers[index]?.cleanUp ?? 0)
        log(`${index} cleaned up`)
        throw error
      }
    }
    const task = asyncio.createTask(() => enter(0))
    task.addDoneCallback((done) => void outcome(async () => done.result()).then((what) => log(`task ${what}`)))
    if (asked < 0) loop.callLater(at, () => void task.cancel())
    if (settles !== null) loop.callLater(settles, () => resolve("settled"))
    await pass(clock, 3 * SECONDS)
    log(`left behind: ${[...asyncio.allTasks()].filter((left) => left.getName().startsWith("left behind")).length}`)
  })
}

async function innermost(promise: Promise<string>, passesOn: boolean, log: Log): Promise<string> {
  log(await promise)
  let told: { error: unknown } | undefined
  for (const which of ["first", "second", "third"]) {
    try {
      await asyncio.sleep(0)
      log(`${which} await: fine`)
    } catch (error) {
      log(`${which} await: ${(error as Error).name}`)
      told ??= { error }
    }
  }
  if (told !== undefined && passesOn) throw told.error
  return "value"
}

type Outcome = "CancelledError" | "TimeoutError" | "ExceptionGroup" | "value" | "undefined"

/** What the design says. */
class Model {
  readonly #given: Program
  readonly #told: string[] = []
  /** The frame that is left behind: that of the last layer which has one; -1 for the task's own. */
  readonly #boundary: number

  constructor(given: Program) {
    this.#given = given
    this.#boundary = given.layers.findLastIndex(({ kind }) => kind !== "plain")
  }

  lines(): string[] {
    const { at, settles, passesOn, layers } = this.#given
    const early = settles !== null && settles < at
    if (settles !== null) {
      const awaits = early ? ["fine", "fine", "fine"] : ["CancelledError", "fine", "fine"]
      this.#tell(settles, "settled")
      for (const [index, which] of ["first", "second", "third"].entries()) this.#tell(settles, `${which} await: ${awaits[index]}`)
      const inner = !early && passesOn ? "CancelledError" : "value"
      this.#unwind(layers.length - 1, early ? 0 : Math.max(this.#boundary, 0), settles, inner, early)
    }
    if (!early) this.#unwind(this.#boundary - 1, 0, at, this.#through(this.#boundary, "CancelledError"), true)
    this.#tell(3 * SECONDS, `left behind: ${settles === null ? 1 : 0}`)
    return this.#told
  }

  /** The layers from `first` up to `last` get an outcome, one after another, and the task, if it is `awaited`. */
  #unwind(first: number, last: number, at: number, outcome: Outcome, awaited: boolean): void {
    let now = at
    let passed = outcome
    for (let index = first; index >= last; index -= 1) {
      if (passed === "value" || passed === "undefined") {
        this.#tell(now, `${index} got ${passed}`)
        passed = "value"
      } else {
        this.#tell(now, `${index} caught ${passed}`)
        now += this.#given.layers[index]?.cleanUp ?? 0
        this.#tell(now, `${index} cleaned up`)
      }
      passed = this.#through(index, passed)
    }
    if (awaited) this.#tell(now, `task ${/Error|Group/.test(passed) ? "threw" : "gave"} ${passed}`)
  }

  /** What an outcome becomes at the end of a layer, as the layer above sees it. */
  #through(index: number, outcome: Outcome): Outcome {
    const { asked, layers } = this.#given
    const failed = outcome === "TimeoutError" || outcome === "ExceptionGroup"
    if (failed && layers[index]?.kind === "group") return "ExceptionGroup"
    if (index !== asked || index < 0 || outcome !== "CancelledError") return outcome
    return layers[index]?.kind === "timeout" ? "TimeoutError" : "undefined"
  }

  #tell(at: number, what: string): void {
    this.#told.push(`${at * 1000} ${what}`)
  }
}

random("the nearest boundary throws on time, and what is left behind is told once, at its next await", 500, async (random) => {
  const given = program(random)
  const lines = await play(given)
  assert.equal(lines.pop(), "0 reports, 0 coroutines that were never awaited")
  // What was left behind and what stands above it may be at work in one instant.
  assert.deepEqual(byInstant(lines), byInstant(new Model(given).lines()), JSON.stringify(given))
})
