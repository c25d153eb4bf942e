/**
 * A random program that waits for the host too, and what it told. All that is random of it is drawn
 * before it runs, so that only the order of events decides what it tells.
 */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../test/support/random.ts"

/** What the program awaits of the host's: so many rounds of it. */
export type HostWait = (rounds: number) => PromiseLike<unknown>

const DEPTH = 3
const MOST_STEPS = 4
const TICK = 0.001

class Shared {
  readonly told: string[] = []
  readonly lock = new asyncio.Lock()
  readonly permits = new asyncio.Semaphore(2)
  readonly items = new asyncio.Queue<number>(2)
  readonly happened = new asyncio.Event()
  readonly changed = new asyncio.Condition()
  readonly wait: HostWait

  constructor(wait: HostWait) {
    this.wait = wait
  }
}

type Step = (shared: Shared) => PromiseLike<unknown>
type Plan = (random: Random, depth: number) => Step

class ProgramError extends Error {
  override readonly name = "ProgramError"
}

const rest = (random: Random): number => random.below(5) * TICK

function sleeps(random: Random): Step {
  const delay = rest(random)
  return () => asyncio.sleep(delay)
}

/** Nothing holds back what a promise of the host's lets go on, so the next thing is a wait of the library's. */
function waitsForHost(random: Random): Step {
  const rounds = 1 + random.below(4)
  return async ({ wait }) => {
    await wait(rounds)
    await asyncio.sleep(0)
  }
}

function several(random: Random, depth: number): Step[] {
  return Array.from({ length: 1 + random.below(3) }, () => body(random, depth))
}

/** What nobody cancels: code cannot be interrupted at a promise of the host's, but at a fake that sleeps. */
const CALM: readonly Plan[] = [
  sleeps,
  waitsForHost,
  (random, depth) => {
    const inner = (depth > 0 ? waitsForHost : sleeps)(random)
    return (shared) => shared.lock.run(() => inner(shared))
  },
  (random) => {
    const inner = waitsForHost(random)
    return (shared) => shared.permits.run(() => inner(shared))
  },
  () => ({ changed }) => changed.run(() => changed.notifyAll()),
  () => async ({ happened }) => happened.set(),
]

const QUIET: readonly Plan[] = [
  sleeps,
  (random) => {
    const inner = sleeps(random)
    return (shared) => shared.lock.run(() => inner(shared))
  },
  (random) => {
    const [first, then] = [sleeps(random), sleeps(random)]
    return async (shared) => {
      await first(shared)
      shared.told.push("between")
      await then(shared)
    }
  },
]

const CALM_NESTED: readonly Plan[] = [
  (random, depth) => {
    const inner = several(random, depth)
    return (shared) => new asyncio.TaskGroup().run((group) => {
      for (const step of inner) group.createTask(() => step(shared))
    })
  },
  (random, depth) => {
    const inner = several(random, depth)
    const returnExceptions = random.chance(50)
    return (shared) => asyncio.gather(inner.map((step) => () => step(shared)), { returnExceptions })
  },
]

const HARSH: readonly Plan[] = [
  ...CALM,
  (random) => {
    const item = random.below(100)
    return ({ items }) => asyncio.timeout(4 * TICK).run(() => items.put(item))
  },
  (random) => {
    const limit = rest(random)
    return async (shared) => shared.told.push(`got ${await asyncio.waitFor(shared.items.get(), limit)}`)
  },
  () => ({ happened }) => asyncio.timeout(3 * TICK).run(() => happened.wait()),
  () => ({ changed }) => changed.run(() => asyncio.timeout(2 * TICK).run(() => changed.wait())),
  () => () => {
    throw new ProgramError()
  },
]

const HARSH_NESTED: readonly Plan[] = [
  ...CALM_NESTED,
  (random, depth) => {
    const inner = body(random, depth)
    const limit = rest(random)
    return (shared) => asyncio.waitFor(() => inner(shared), limit)
  },
  (random, depth) => {
    const inner = body(random, depth)
    const rounds = 1 + random.below(4)
    return async (shared) => {
      const task = asyncio.createTask(() => inner(shared))
      await shared.wait(rounds)
      await asyncio.sleep(0)
      task.cancel()
      await asyncio.wait([task])
      if (!task.cancelled()) void task.exception()
    }
  },
]

/**
 * Promises of calls, bare: virtual time stands still for them, so only a run in real time can be recorded.
 * They await nothing of the host's: of several lines of one task, nothing tells which of them does.
 */
const BARE: Plan = (random) => {
  const inner = Array.from({ length: 1 + random.below(4) }, () => random.pick(QUIET)(random, 0))
  return (shared) => asyncio.gather(inner.map((step) => step(shared)), { returnExceptions: true })
}

let bodies = 0
let plans = { simple: CALM, nested: CALM_NESTED }

function body(random: Random, depth: number): Step {
  const name = `b${(bodies += 1)}`
  const steps = Array.from({ length: 1 + random.below(MOST_STEPS) }, () => {
    const ofThese = depth > 0 && random.chance(40) ? plans.nested : plans.simple
    return { step: random.pick(ofThese)(random, depth - 1), throws: random.chance(60) }
  })
  return async (shared) => {
    shared.told.push(`${name} begins`)
    try {
      for (const [at, { step, throws }] of steps.entries()) {
        try {
          await step(shared)
          shared.told.push(`${name} step ${at}`)
        } catch (error) {
          shared.told.push(`${name} step ${at} threw ${error instanceof Error ? error.name : String(error)}`)
          if (throws) throw error
        }
      }
    } finally {
      shared.told.push(`${name} ends`)
    }
  }
}

export interface Manner {
  /** Its promises are gathered bare too. */
  readonly bare: boolean
  /** Its tasks fail, and are cancelled: what it awaits of the host's has to let itself be interrupted. */
  readonly harsh: boolean
}

/** Draws a program; it tells what happened in order. */
export function hostedProgram(random: Random, { bare, harsh }: Manner): (wait: HostWait) => () => Promise<string> {
  bodies = 0
  const nested = harsh ? HARSH_NESTED : CALM_NESTED
  plans = { simple: harsh ? HARSH : CALM, nested: bare ? [...nested, BARE] : nested }
  const steps = [...several(random, DEPTH), body(random, DEPTH)]
  return (wait) => async () => {
    asyncio.getRunningLoop().setExceptionHandler(() => undefined)
    const shared = new Shared(wait)
    const ended = await asyncio.gather(steps.map((step) => () => step(shared)), { returnExceptions: true })
    return `${shared.told.join("\n")}\n${ended.map((how) => (how instanceof Error ? how.name : "ended")).join()}`
  }
}
