/** `TaskGroup.start` is a task of the group and a future that tells whether it is ready. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { random, type Random } from "../support/random.ts"
import { allEnded, byInstant, outcome, trace, type Log } from "./trace.ts"

type Ready = (value: string) => void
type Start = (group: asyncio.TaskGroup, work: (ready: Ready) => Promise<void>) => PromiseLike<string>

/** Until it is ready the child's failure is the caller's; a caller that gives up cancels the child. */
async function defined(group: asyncio.TaskGroup, work: (ready: Ready) => Promise<void>): Promise<string> {
  const ready = new asyncio.Future<string>()
  const tell: Ready = (value) => {
    if (!ready.done()) ready.setResult(value)
  }
  const child = group.createTask(async () => {
    try {
      await work(tell)
    } catch (error) {
      if (ready.done()) throw error
      if (error instanceof asyncio.CancelledError) ready.cancel()
      else ready.setException(error)
    }
    if (!ready.done()) ready.setException(new asyncio.RuntimeError("it ended without being ready"))
  })
  try {
    return await ready
  } catch (error) {
    child.cancel()
    throw error
  }
}

interface Child {
  /** Seconds until it is ready; null for never. */
  readonly ready: number | null
  /** Seconds that it goes on after that. */
  readonly lasts: number
  readonly ends: "returns" | "throws" | "is cancelled"
  /** Seconds that it needs to clean up; it may fail then. */
  readonly cleanUp: number
  readonly failsLate: boolean
}

/** At most so many callers, and children of each. */
const MOST = 3

interface Program {
  /** Each in a list is started after the one before; the lists run side by side. */
  readonly callers: readonly (readonly Child[])[]
  readonly cancelAt: number | null
  readonly catches: boolean
}

function program(random: Random): Program {
  const troubled = random.chance(60)
  const child = (): Child => ({
    ready: random.chance(15) ? null : random.below(4),
    lasts: random.below(4),
    ends: troubled && random.chance(30) ? random.pick(["throws", "is cancelled"] as const) : "returns",
    cleanUp: random.below(3),
    failsLate: random.chance(25),
  })
  return {
    callers: Array.from({ length: 1 + random.below(MOST) }, () => Array.from({ length: 1 + random.below(MOST) }, child)),
    cancelAt: random.chance(50) ? random.below(8) : null,
    catches: random.chance(50),
  }
}

/** Seconds that keep the instants of the children apart: which of two comes first in one instant is a tick's matter. */
const apart = (name: string): number => 5 ** parseInt(name.replace(".", ""), MOST) / 1e6

async function live(child: Child, name: string, ready: Ready, log: Log): Promise<void> {
  const sleep = (seconds: number): asyncio.Coroutine<void> => asyncio.sleep(seconds + apart(name))
  log(`${name} starts`)
  try {
    if (child.ready !== null) {
      await sleep(child.ready)
      log(`${name} is ready`)
      ready(name)
      ready("twice")
    }
    await sleep(child.lasts)
    if (child.ends === "throws") throw new RangeError(name)
    if (child.ends === "is cancelled") throw new asyncio.CancelledError()
  } catch (error) {
    log(`${name} is told ${(error as Error).name}`)
    await sleep(child.cleanUp)
    if (child.failsLate) throw new SyntaxError(name)
    throw error
  } finally {
    log(`${name} ends`)
  }
}

function play({ callers, cancelAt, catches }: Program, start: Start): Promise<string[]> {
  return trace(async (log) => {
    const loop = asyncio.getRunningLoop()
    const call = async (group: asyncio.TaskGroup, children: readonly Child[], caller: number): Promise<void> => {
      for (const [index, child] of children.entries()) {
        const name = `${caller}.${index}`
        const started = (): PromiseLike<string> => start(group, (ready) => live(child, name, ready, log))
        if (catches) log(`${name}: ${await outcome(started)}`)
        else log(`${name}: gave ${await started()}`)
      }
    }
    const task = asyncio.createTask(
      new asyncio.TaskGroup().run(async (group) => {
        await asyncio.gather(callers.map((children, index) => () => call(group, children, index)))
      }),
    )
    if (cancelAt !== null) loop.callLater(cancelAt, () => void task.cancel())
    await asyncio.wait([task])
    log(await outcome(() => task))
    const error = task.cancelled() ? undefined : task.exception()
    if (error instanceof asyncio.ExceptionGroup) log(error.errors.map(shown).toSorted().join(", "))
    await allEnded()
  })
}

/** The words of the two differ where a child is never ready. */
function shown(error: Error): string {
  return error instanceof asyncio.RuntimeError ? error.name : String(error)
}

random("start does what a task of the group and a future do", 800, async (random) => {
  const given = program(random)
  const real = await play(given, (group, work) => group.start(work))
  assert.deepEqual(byInstant(real), byInstant(await play(given, defined)), JSON.stringify(given))
})
