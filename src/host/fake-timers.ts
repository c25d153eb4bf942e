/**
 * Timers of a test runner that stand where the host's stood: Sinon's, which Jest and Vitest
 * bring too, Jest's older ones and those of `node:test`.
 *
 * The library takes the host's functions once, so that fakes do not stop a loop that runs. Only
 * the time of a loop that is made under them comes from them: its turns stay the host's, since
 * a loop whose microtasks stood still could not even be told that time moves on.
 */

type SetTimer = (callback: () => void, milliseconds: number) => unknown

interface Timers {
  readonly setTimeout: SetTimer & Partial<Marked>
  readonly clearTimeout: (token: unknown) => void
  readonly Date: { now(): number }
  readonly performance: { now(): number }
}

/** What fakes carry: those of Sinon their clock, those of Jest what a mock function has. */
interface Marked {
  readonly clock: { readonly now?: unknown; readonly [original: `_${string}`]: unknown }
  getMockImplementation(): SetTimer | undefined
}

/** The timers that stand in for the host's. */
export interface FakeTimers {
  /** Seconds that they say have passed; undefined where only the timers were replaced, and nothing tells. */
  now(): number | undefined
  setTimer(seconds: number, callback: () => void): unknown
  /** Some fire all the same. */
  clearTimer(token: unknown): void
  /** Whether they still stand there. */
  installed(): boolean
}

/** A wait that no probe outlives, in milliseconds. */
const LONG = 2 ** 31 - 1
/** What a time in binary is off its milliseconds at most. */
const ROUNDING = 1e-6

const globals = globalThis as unknown as Timers // what every host has
// Each before fakes that were there first, as where a runner installs them for all files.
const taken = {
  setTimeout: beforeFakes("setTimeout"),
  clearTimeout: beforeFakes("clearTimeout"),
  Date: beforeFakes("Date"),
  performance: beforeFakes("performance"),
}
const takenNow = taken.performance.now

/** What stood at `name` of `holder` before Sinon's timers came; what stands there, if they have not. */
export function beforeFakes<K extends keyof H & string, H extends object = Timers>(name: K, holder: H = globals as unknown as H): H[K] {
  const original = globals.setTimeout.clock?.[`_${name}`]
  return (original as H[K] | undefined) ?? holder[name] // the fakes keep it there to put it back
}

/** The fake timers that are installed now, if there are any. */
export function fakeTimers(): FakeTimers | undefined {
  const { setTimeout, clearTimeout } = globals
  if (setTimeout === taken.setTimeout || typeof setTimeout !== "function" || !isFake(setTimeout, clearTimeout)) return undefined
  return {
    now: sourceOfTime(setTimeout, clearTimeout),
    // To the millisecond: 1.01 s less 1 s is a little more than 10 ms, and who advances by 10 expects it.
    setTimer: (seconds, callback) => setTimeout(callback, Math.min(Math.max(0, Math.ceil(seconds * 1000 - ROUNDING)), LONG)),
    // Node's drop another one than was meant, and lose all that follow, once they were reset since.
    clearTimer: setTimeout.clock === undefined ? ignore : (token) => clearTimeout(token),
    installed: () => globals.setTimeout === setTimeout,
  }
}

/** Tools that measure put functions of their own round the host's; those give the host's own timers. */
function isFake(setTimeout: Timers["setTimeout"], clearTimeout: Timers["clearTimeout"]): boolean {
  if (setTimeout.clock !== undefined) return true
  // Past the mock function, which would count the call.
  const probe = setTimeout.getMockImplementation?.() ?? setTimeout
  try {
    const own = taken.setTimeout(ignore, LONG)
    taken.clearTimeout(own)
    const other = probe(ignore, LONG)
    clearTimeout(other)
    return kindOf(own) !== kindOf(other)
  } catch {
    return false
  }
}

function kindOf(token: unknown): unknown {
  return token === null || token === undefined ? token : Object.getPrototypeOf(token)
}

function sourceOfTime(setTimeout: Timers["setTimeout"], clearTimeout: Timers["clearTimeout"]): () => number | undefined {
  const { performance, Date } = globals
  // Rather than a date, which a test may set to anything.
  if (performance !== taken.performance || performance.now !== takenNow) return () => performance.now() / 1000
  if (Date !== taken.Date) return () => Date.now() / 1000
  return () => {
    const now = setTimeout.clock?.now ?? timeOfTimer(setTimeout, clearTimeout)
    return typeof now === "number" ? now / 1000 : undefined
  }
}

/** The timers of `node:test` know when they are due. */
function timeOfTimer(setTimeout: SetTimer, clearTimeout: Timers["clearTimeout"]): number | undefined {
  const token = setTimeout(ignore, 1)
  clearTimeout(token)
  const runAt = (token as { runAt?: unknown } | null)?.runAt
  return typeof runAt === "number" ? runAt - 1 : undefined
}

function ignore(): void {}
