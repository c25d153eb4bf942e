/**
 * Programs that come to their end, by construction: every wait is followed by what ends it.
 * They hold locks in one order, use semaphores also as signals, start producers late, end what
 * would wait for ever with a timeout or a cancellation, and leave workers in the background.
 */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../../support/random.ts"

/** One thing that a program does. */
type Act = (context: Context) => Promise<void>

/** What a program has, and how deep it is in itself. */
class Context {
  readonly random: Random
  readonly deep: number
  /** Only locks with a higher number may be taken: so nobody waits in a circle. */
  readonly above: number
  readonly shared: Shared

  constructor(random: Random, shared: Shared, deep = 0, above = -1) {
    this.random = random
    this.shared = shared
    this.deep = deep
    this.above = above
  }

  inner(above = this.above): Context {
    return new Context(this.random, this.shared, this.deep + 1, above)
  }

  /** How long to sleep; the program is between two of its steps. */
  pause(): number {
    this.shared.step()
    return this.random.chance(3) ? 100 + this.random.below(100) : this.random.below(50) / 1000
  }
}

class Shared {
  readonly locks = Array.from({ length: 4 }, (_, at) => new asyncio.Lock({ name: `lock ${at}` }))
  readonly permits = Array.from({ length: 2 }, (_, at) => new asyncio.BoundedSemaphore(at + 1))
  readonly step: () => void
  /** What is ended with the program. */
  readonly background: asyncio.Task<unknown>[] = []

  constructor(step: () => void) {
    this.step = step
  }
}

const acts: Readonly<Record<string, Act>> = {
  async sleep(context) {
    await asyncio.sleep(context.pause())
  },

  async foreign() {
    await new Promise<void>((resolve) => void Promise.resolve().then(() => resolve()))
  },

  async call(context) {
    await asyncio.coroutine("inner", () => some(context.inner()))()
  },

  async tasks(context) {
    const { random } = context
    const count = 1 + random.below(3)
    const works = Array.from({ length: count }, () => () => some(context.inner()))
    const make = (): asyncio.Task<void>[] => works.map((work) => asyncio.createTask(work))
    switch (random.below(7)) {
      case 0:
        return void (await asyncio.gather(works))
      case 1:
        return void (await asyncio.wait(make()))
      case 2:
        return void (await new asyncio.TaskGroup().run(async (group) => {
          for (const work of works) group.createTask(work)
          await asyncio.sleep(context.pause())
        }))
      case 3:
        for await (const _ of asyncio.asCompleted(make())) await asyncio.sleep(0)
        return
      case 4:
        return void (await Promise.all(make()))
      case 5:
        for (const task of make()) await asyncio.shield(task)
        return
      default:
        for (const task of make()) await task
    }
  },

  async lock(context) {
    const { shared, above, random } = context
    const at = above + 1 + random.below(2)
    const lock = shared.locks[at]
    if (lock === undefined) return void (await asyncio.sleep(0))
    await lock.run(() => some(context.inner(at)))
  },

  async permit(context) {
    // Within a permit no task is awaited, which might want one too.
    const permits = context.random.pick(context.shared.permits)
    await permits.run(() => asyncio.sleep(context.pause()))
  },

  /** Two tasks that give each other signals. */
  async signals(context) {
    const { random } = context
    const [ping, pong] = [new asyncio.Semaphore(1), new asyncio.Semaphore(0)]
    const rounds = 1 + random.below(4)
    const play = async (own: asyncio.Semaphore, other: asyncio.Semaphore): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        await own.acquire()
        if (random.chance(30)) await some(context.inner())
        else await asyncio.sleep(context.pause())
        other.release()
      }
    }
    await asyncio.gather([() => play(ping, pong), () => play(pong, ping)])
  },

  async queue(context) {
    const { random } = context
    const queue = new asyncio.Queue<number>(random.below(3))
    const producers = 1 + random.below(2)
    const consumers = Array.from({ length: 1 + random.below(3) }, () =>
      asyncio.createTask(async () => {
        for await (const _ of queue) {
          await asyncio.sleep(context.pause())
          queue.taskDone()
        }
      }),
    )
    // Some come late, when the consumers wait already and nobody has put anything yet.
    if (random.chance(30)) await asyncio.sleep(context.pause())
    const items = random.below(4)
    const produce = async (): Promise<void> => {
      for (let item = 0; item < items; item += 1) {
        await asyncio.sleep(context.pause())
        await queue.put(item)
      }
    }
    await asyncio.gather(Array.from({ length: producers }, () => produce))
    if (random.chance(50)) await queue.join()
    queue.shutdown()
    await asyncio.wait(consumers)
  },

  /** A client and a server, each with a queue that the other fills. */
  async server(context) {
    const [requests, answers] = [new asyncio.Queue<number>(), new asyncio.Queue<number>()]
    const server = asyncio.createTask(async () => {
      for (;;) {
        const request = await requests.get()
        await asyncio.sleep(context.pause())
        await answers.put(request)
      }
    })
    for (let round = context.random.below(3); round >= 0; round -= 1) {
      await requests.put(round)
      await answers.get()
    }
    server.cancel()
    await asyncio.wait([server])
  },

  async event(context) {
    const { random } = context
    const event = new asyncio.Event()
    const loop = asyncio.getRunningLoop()
    const waiters = Array.from({ length: 1 + random.below(3) }, () => asyncio.createTask(() => event.wait()))
    await asyncio.sleep(0)
    switch (random.below(4)) {
      case 0:
        loop.callLater(context.pause(), () => event.set())
        break
      case 1:
        loop.callSoon(() => event.set())
        break
      case 2:
        asyncio.createTask(() => asyncio.sleep(context.pause())).addDoneCallback(() => event.set())
        break
      default:
        loop.callLater(context.pause(), () => void asyncio.createTask(async () => event.set()))
    }
    await asyncio.wait(waiters)
  },

  async condition(context) {
    const condition = new asyncio.Condition()
    let ready = false
    const waiter = asyncio.createTask(() => condition.run(() => condition.waitFor(() => ready)))
    await asyncio.sleep(context.pause())
    await condition.run(async () => {
      await asyncio.sleep(context.pause())
      ready = true
      condition.notifyAll()
    })
    await waiter
  },

  async barrier(context) {
    const parties = 2 + context.random.below(3)
    const barrier = new asyncio.Barrier(parties)
    const arrive = async (): Promise<void> => {
      await asyncio.sleep(context.pause())
      await barrier.wait()
    }
    await asyncio.gather(Array.from({ length: parties }, () => arrive))
  },

  async future(context) {
    const future = new asyncio.Future<number>()
    asyncio.getRunningLoop().callLater(context.pause(), () => future.setResult(1))
    await future
  },

  /** What would never come, until it is late. */
  async timeout(context) {
    const event = new asyncio.Event()
    await asyncio.moveOnAfter(context.pause()).run(() => event.wait())
  },

  /** What would never come, until somebody is tired of it. */
  async cancelled(context) {
    const lock = new asyncio.Lock()
    await lock.acquire()
    const waiting = asyncio.createTask(() => lock.acquire())
    await asyncio.sleep(context.pause())
    waiting.cancel("tired of it")
    await asyncio.wait([waiting])
  },

  /** A worker in the background, made by a task that soon ends. */
  async background(context) {
    const queue = new asyncio.Queue<number>()
    await asyncio.createTask(async () => {
      context.shared.background.push(
        asyncio.createTask(async () => {
          for (;;) {
            await queue.get()
            await asyncio.sleep(context.pause())
          }
        }),
      )
    })
    for (let item = context.random.below(3); item > 0; item -= 1) queue.putNowait(item)
  },
}

const NAMES = Object.keys(acts)
const DEEPEST = 4

async function some(context: Context): Promise<void> {
  const { random, deep } = context
  for (let count = deep >= DEEPEST ? 1 : 1 + random.below(3); count > 0; count -= 1) {
    const name = deep >= DEEPEST ? "sleep" : random.pick(NAMES)
    await acts[name]?.(context)
  }
}

/**
 * A program that comes to its end. No lock is given back by another task than the one that took
 * it: whoever does that is told of as suspected.
 *
 * @param step - called in the midst of its steps
 */
export function healthyProgram(random: Random, step: () => void): () => Promise<void> {
  return async () => {
    const shared = new Shared(step)
    const context = new Context(random, shared)
    await asyncio.gather(Array.from({ length: 1 + random.below(4) }, () => () => some(context)))
    for (const task of shared.background) task.cancel()
    if (shared.background.length > 0) await asyncio.wait(shared.background)
  }
}
