/** A limit is a semaphore of that size round each piece of work. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { now } from "../support/record.ts"
import { random, type Random } from "../support/random.ts"
import { allEnded, outcome, trace, type Log } from "./trace.ts"

interface Piece {
  readonly seconds: number
  readonly ends: "returns" | "throws" | "is cancelled"
  /** Seconds that it needs to clean up. */
  readonly cleanUp: number
  /** As a coroutine, or as a function. */
  readonly coroutine: boolean
}

interface Program {
  readonly pieces: readonly Piece[]
  readonly limit: number
  /** When the whole is cancelled, in seconds. */
  readonly cancelAt: number | null
  readonly returnExceptions: boolean
  readonly timeout: number | null
}

type Work = asyncio.Coroutine<number> | (() => Promise<number>)

function program(random: Random): Program {
  const failing = random.chance(50)
  return {
    pieces: Array.from({ length: random.below(8) }, () => ({
      seconds: random.below(4),
      ends: failing && random.chance(20) ? random.pick(["throws", "is cancelled"] as const) : "returns",
      cleanUp: random.below(3),
      coroutine: random.chance(50),
    })),
    limit: 1 + random.below(4),
    cancelAt: random.chance(30) ? random.below(8) : null,
    returnExceptions: random.chance(50),
    timeout: random.chance(30) ? random.below(6) : null,
  }
}

/** Counts who works, and logs the starts and ends. */
class Works {
  running = 0
  most = 0
  left: number
  readonly #log: Log

  constructor(count: number, log: Log) {
    this.left = count
    this.#log = log
  }

  work(piece: Piece, index: number): Work {
    const run = (): Promise<number> => this.#run(piece, index)
    return piece.coroutine ? asyncio.coroutine("piece", run)() : run
  }

  async #run({ seconds, ends, cleanUp }: Piece, index: number): Promise<number> {
    this.running += 1
    this.most = Math.max(this.most, this.running)
    this.#log(`${index} starts`)
    try {
      await asyncio.sleep(seconds)
      if (ends === "throws") throw new RangeError(`${index}`)
      if (ends === "is cancelled") throw new asyncio.CancelledError()
      return index
    } catch (error) {
      await asyncio.sleep(cleanUp)
      throw error
    } finally {
      this.running -= 1
      this.left -= 1
      this.#log(`${index} ends`)
    }
  }
}

/** Runs `whole` over the works of a program; it logs what comes of it. */
function run(given: Program, kind: "real" | "defined", whole: (works: Work[], log: Log) => PromiseLike<unknown>): Promise<string[]> {
  return trace(async (log) => {
    const loop = asyncio.getRunningLoop()
    const works = new Works(given.pieces.length, log)
    const calm = given.cancelAt === null && given.pieces.every(({ ends }) => ends === "returns")
    const all = given.pieces.map((piece, index) => works.work(piece, index))
    const task = asyncio.createTask(() => whole(all, log))
    // Asked for at once, so that it is not reported as lost meanwhile.
    task.addDoneCallback((done) => done.cancelled() || done.exception())
    if (given.cancelAt !== null) loop.callLater(given.cancelAt, () => void task.cancel())
    // Half-way between two seconds nothing is on its way.
    for (let pause = 0.5; !task.done(); pause = 1) {
      await asyncio.sleep(pause)
      assert.ok(works.most <= given.limit, `${works.most} run at ${now()}`)
      if (calm) assert.equal(works.running, Math.min(given.limit, works.left), `as many as may run at ${now()}`)
    }
    log(await outcome(() => task))
    await allEnded()
    if (kind === "real") return
    // Work that never had its turn is no work that somebody forgot to await.
    for (const work of all) if (asyncio.isCoroutine(work) && work.unstarted) asyncio.createTask(work, { eagerStart: false }).cancel()
  })
}

/** The definition: each piece of work within a semaphore. */
function within(semaphore: asyncio.Semaphore, works: readonly Work[]): (() => Promise<number>)[] {
  return works.map((work) => async () => semaphore.run(() => (typeof work === "function" ? work() : work)))
}

const ROUNDS = 500

random("gather with a limit is gather of works within a semaphore", ROUNDS, async (random) => {
  const given = program(random)
  const { limit, returnExceptions } = given
  const real = await run(given, "real", (works) => asyncio.gather(works, { limit, returnExceptions }))
  const defined = await run(given, "defined", (works) => asyncio.gather(within(new asyncio.Semaphore(limit), works), { returnExceptions }))
  assert.deepEqual(real, defined, JSON.stringify(given))
})

async function each(completed: AsyncIterable<{ result(): unknown }>, log: Log): Promise<void> {
  for await (const future of completed) log(await outcome(async () => future.result()))
}

random("asCompleted with a limit is asCompleted of works within a semaphore", ROUNDS, async (random) => {
  const given = program(random)
  const { limit, timeout } = given
  const real = await run(given, "real", (works, log) => each(asyncio.asCompleted(works, { limit, timeout }), log))
  const defined = await run(given, "defined", (works, log) =>
    each(asyncio.asCompleted(within(new asyncio.Semaphore(limit), works), { timeout }), log),
  )
  assert.deepEqual(real, defined, JSON.stringify(given))
})

async function together(group: asyncio.TaskGroup, works: readonly Work[]): Promise<number[]> {
  const tasks = await group.run(async () => works.map((work) => group.createTask(work)))
  return tasks.filter((task) => !task.cancelled()).map((task) => task.result())
}

random("a TaskGroup with a limit is a TaskGroup of works within a semaphore", ROUNDS, async (random) => {
  const given = program(random)
  const { limit } = given
  const real = await run(given, "real", (works) => together(new asyncio.TaskGroup({ limit }), works))
  const defined = await run(given, "defined", (works) => together(new asyncio.TaskGroup(), within(new asyncio.Semaphore(limit), works)))
  assert.deepEqual(real, defined, JSON.stringify(given))
})
