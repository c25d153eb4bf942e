/**
 * A random program over tasks, groups, timeouts, locks and queues, and what it told.
 */
import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import type { Random } from "../../test/support/random.ts"

/** How deep programs nest. */
const DEPTH = 4
const MOST_STEPS = 4
const TICK = 0.001

class Shared {
  readonly told: string[] = []
  readonly lock = new asyncio.Lock()
  readonly permits = new asyncio.Semaphore(2)
  readonly items = new asyncio.Queue<number>(2)
  readonly happened = new asyncio.Event()
  readonly changed = new asyncio.Condition()
  readonly tasks: asyncio.Task<unknown>[] = []
  #made = 0

  tell(what: string): void {
    this.told.push(`${Math.round(asyncio.getRunningLoop().time() * 1000)} ${asyncio.currentTask()?.getName() ?? ""} ${what}`)
  }

  make(random: Random, depth: number, how: { createTask: typeof asyncio.createTask } = asyncio): asyncio.Task<unknown> {
    const task = how.createTask(() => body(this, random, depth), { name: `t${(this.#made += 1)}` })
    this.tasks.push(task)
    return task
  }
}

class ProgramError extends Error {
  override readonly name = "ProgramError"
}

type Step = (shared: Shared, random: Random, depth: number) => PromiseLike<unknown> | void

const rest = (random: Random): number => random.below(5) * TICK

const STEPS: readonly Step[] = [
  (_shared, random) => asyncio.sleep(rest(random)),
  () => asyncio.sleep(0),
  ({ lock }, random) => lock.run(() => asyncio.sleep(rest(random))),
  ({ permits }, random) => permits.run(() => asyncio.sleep(rest(random))),
  ({ items }, random) => items.put(random.below(100)),
  async (shared) => shared.tell(`got ${await shared.items.get()}`),
  ({ happened }) => happened.wait(),
  ({ happened }, random) => (random.chance(50) ? happened.set() : happened.clear()),
  ({ changed }, random) => (random.chance(50) ? changed.run(() => changed.notify()) : changed.run(() => changed.wait())),
  (shared, random) => void random.pick(shared.tasks).cancel(`by ${asyncio.currentTask()?.getName() ?? ""}`),
  () => {
    throw new ProgramError()
  },
  (shared, random, depth) => shared.make(random, depth),
  (shared, random, depth) => asyncio.gather([shared.make(random, depth), shared.make(random, depth)], { returnExceptions: random.chance(50) }),
  (shared, random, depth) => asyncio.wait([shared.make(random, depth), shared.make(random, depth)], { timeout: rest(random) }),
  (shared, random, depth) => asyncio.shield(shared.make(random, depth)),
  (shared, random, depth) => asyncio.timeout(rest(random)).run(() => body(shared, random, depth)),
  (shared, random, depth) => asyncio.waitFor(body(shared, random, depth), rest(random)),
  (shared, random, depth) =>
    new asyncio.TaskGroup().run((group) => {
      for (let left = 1 + random.below(3); left > 0; left -= 1) shared.make(random, depth, group)
    }),
]

const body = asyncio.coroutine(async function body(shared: Shared, random: Random, depth: number): Promise<number> {
  shared.tell("begins")
  try {
    for (let left = 1 + random.below(MOST_STEPS); left > 0; left -= 1) {
      const at = random.below(depth === 0 ? STEPS.length - 7 : STEPS.length)
      shared.tell(`step ${at}`)
      try {
        await STEPS[at]?.(shared, random, depth - 1)
      } catch (error) {
        shared.tell(`step ${at} threw ${nameOf(error)}`)
        if (random.chance(60)) throw error
      }
    }
    return random.below(100)
  } finally {
    shared.tell("ends")
  }
})

function nameOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.name}(${error.errors.map(nameOf).join()})`
  return error instanceof Error ? `${error.name}: ${error instanceof asyncio.CancelledError ? error.message : ""}` : String(error)
}

/** How a program is run: on virtual time, unless it is recorded or replayed. */
export type Run = (program: () => Promise<string>) => Promise<string>

/**
 * Runs it to its end; what still waits by then is cancelled.
 *
 * @throws what the run does: no program fails, so two that fail alike must not count as the same trace
 */
export async function tellOf(random: Random, run: Run = (program) => runVirtual(program, { name: "main" })): Promise<string> {
  let told: readonly string[] = []
  const ended = await run(async () => {
    asyncio.getRunningLoop().setExceptionHandler(() => undefined)
    const shared = new Shared()
    told = shared.told
    shared.make(random, DEPTH)
    await asyncio.sleep(1)
    // Each may make others as it ends.
    for (let round = 0; round < 100; round += 1) {
      const left = shared.tasks.filter((task) => !task.done())
      if (left.length === 0) break
      for (const task of left) task.cancel("the end")
      await asyncio.wait(left, { timeout: TICK })
    }
    return shared.tasks.map((task) => (task.cancelled() ? "cancelled" : nameOf(task.exception() ?? task.result()))).join()
  })
  return `${told.join("\n")}\n${ended}`
}
