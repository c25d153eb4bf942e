/** Operations at which one waits alone, each in a state in which it has to wait. */
import * as asyncio from "asyncio-ts"
import { ticks } from "../support/record.ts"
import type { Operation } from "./stage.ts"

type Table = Record<string, Operation>
type Pending = asyncio.Future<string>

/** What waits for two futures, which `complete` sets. */
function on(wait: (a: Pending, b: Pending) => PromiseLike<unknown>, gives?: unknown): Operation {
  const make: Operation["make"] = () => {
    const futures: [Pending, Pending] = [new asyncio.Future(), new asyncio.Future()]
    return {
      wait: () => wait(...futures),
      complete: () => {
        for (const future of futures) if (!future.done()) future.setResult("done")
      },
    }
  }
  return gives === undefined ? { make } : { gives, make }
}

/** The same, where something goes on when the wait is cancelled. */
const leaving = (...given: Parameters<typeof on>): Operation => ({ ...on(...given), leaves: true })

/** What waits for a promise, which `complete` settles. */
function onPromise(wait: (promise: Promise<string>) => PromiseLike<unknown>, more: Partial<Operation> = {}): Operation {
  return {
    ...more,
    gives: "done",
    make: () => {
      const { promise, resolve } = Promise.withResolvers<string>()
      return { wait: () => wait(promise), complete: () => resolve("done") }
    },
  }
}

/** The three ways to look at what stands for a future. */
function looks(name: string, make: (a: Pending) => Promise<string>): Table {
  const again = (error: unknown): never => {
    throw error
  }
  return {
    [`${name}.then`]: on((a) => make(a), "done"),
    [`${name}.then, called by hand`]: on((a) => make(a).then((value) => value), "done"),
    [`${name}.catch`]: on((a) => make(a).catch(again), "done"),
    [`${name}.finally`]: on((a) => make(a).finally(() => undefined), "done"),
  }
}

const part = (a: Pending): (() => Promise<string>) => async () => a

/** Needs `last` to end once it is cancelled. */
async function stubborn(last: Pending): Promise<string> {
  try {
    await new asyncio.Future()
  } catch (error) {
    if (!(error instanceof asyncio.CancelledError)) throw error
  }
  return last
}

/** A task is cancelled at once, and takes its time to end. */
const withoutTime: Operation = {
  leaves: true,
  gives: "done",
  make: async () => {
    const last = new asyncio.Future<string>()
    const task = asyncio.createTask(() => stubborn(last))
    await ticks(2)
    return {
      wait: () => asyncio.waitFor(task, 0),
      complete: () => last.setResult("done"),
      end: () => task.cancel(),
    }
  },
}

async function firstOf(a: Pending, b: Pending): Promise<string | undefined> {
  for (const next of asyncio.asCompleted([a, b])) return next
  return undefined
}

async function firstFutureOf(a: Pending, b: Pending): Promise<string | undefined> {
  for await (const future of asyncio.asCompleted([part(a), part(b)], { timeout: 60, limit: 1 })) return future.result()
  return undefined
}

const race = (delay: number | null, gives?: unknown): Operation => ({
  ...on((a, b) => asyncio.staggeredRace([part(a), part(b)], delay), gives),
  latest: true,
})

const group = (): asyncio.TaskGroup => new asyncio.TaskGroup()

async function drained(a: Pending): Promise<string> {
  const [child] = await group().run(async (own) => [own.createTask(part(a))] as const)
  return child.result()
}

async function started(a: Pending): Promise<string> {
  return group().run(async (own) =>
    own.start<string>(async (ready) => {
      ready(await a)
    }),
  )
}

/** One that ends without ever being ready. */
async function unready(a: Pending): Promise<string> {
  return group().run(async (own) => {
    try {
      return await own.start<string>(async () => void (await a))
    } catch (error) {
      if (error instanceof asyncio.RuntimeError) return "done"
      throw error
    }
  })
}

async function born(a: Pending): Promise<string> {
  return group().run(async (own) => own.createTask(part(a)))
}

const inLoop = (a: Pending): asyncio.Task<string> => asyncio.getRunningLoop().createTask(part(a))

export const ALONE: Table = {
  ...looks("Future", (a) => a),
  ...looks("Task", (a) => asyncio.createTask(part(a))),
  ...looks("Coroutine", (a) => asyncio.coroutine("look", part(a))()),
  coroutine: on((a) => asyncio.coroutine("part", part(a))(), "done"),
  "coroutine, three deep": on((a) => asyncio.coroutine("outer", () => asyncio.coroutine("middle", () => asyncio.coroutine("inner", part(a))())())(), "done"),
  createTask: on((a) => asyncio.createTask(part(a)), "done"),
  "createTask, of a task that awaits a task": on((a) => asyncio.createTask(async () => asyncio.createTask(part(a))), "done"),
  ensureFuture: on((a) => asyncio.ensureFuture(part(a)), "done"),
  runCoroutineThreadsafe: on((a) => asyncio.runCoroutineThreadsafe(part(a), asyncio.getRunningLoop()), "done"),
  "EventLoop.createTask": on(inLoop, "done"),
  wrapFuture: onPromise((promise) => asyncio.wrapFuture(promise)),
  settled: onPromise((promise) => asyncio.settled(promise), { holdsBack: true }),
  gather: on((a, b) => asyncio.gather([part(a), part(b)]), ["done", "done"]),
  "gather, of futures": on((a, b) => asyncio.gather([a, b]), ["done", "done"]),
  "gather, with returnExceptions": on((a, b) => asyncio.gather([part(a), part(b)], { returnExceptions: true }), ["done", "done"]),
  "gather, with a limit": on((a, b) => asyncio.gather([a, b].map((each) => asyncio.coroutine("part", part(each))()), { limit: 1 }), ["done", "done"]),
  asCompleted: on(firstOf, "done"),
  "asCompleted, with for await": leaving(firstFutureOf, "done"),
  wait: on((a, b) => asyncio.wait([a, b])),
  "wait, with a timeout": leaving((a) => asyncio.wait([asyncio.createTask(part(a))], { timeout: 60 })),
  waitFor: on((a) => asyncio.waitFor(part(a), 60), "done"),
  "waitFor, without limit": on((a) => asyncio.waitFor(a, null), "done"),
  "waitFor, of a task": on((a) => asyncio.waitFor(asyncio.createTask(part(a)), 60), "done"),
  "waitFor, with a signal": on((a) => asyncio.waitFor(part(a), 60, { signal: new AbortController().signal }), "done"),
  "waitFor, of a task that takes its time to end": withoutTime,
  shield: leaving((a) => asyncio.shield(part(a)), "done"),
  "shield, in a waitFor": leaving((a) => asyncio.waitFor(asyncio.shield(part(a)), 60), "done"),
  sleep: {
    timed: true,
    gives: "done",
    make: (clock) => ({ wait: () => asyncio.sleep(5, "done"), complete: () => clock.advance(5) }),
  },
  staggeredRace: race(null, ["done", 0, [undefined]]),
  "staggeredRace, before the next starts": race(60, ["done", 0, [undefined]]),
  "staggeredRace, all started": race(0),
  "Timeout.run": on((a) => asyncio.timeout(60).run(() => a), "done"),
  "Timeout.run, of timeoutAt": on((a) => asyncio.timeoutAt(60).run(() => a), "done"),
  "Timeout.run, of moveOnAfter": on((a) => asyncio.moveOnAfter(60).run(() => a), "done"),
  "Timeout.run, without deadline": on((a) => asyncio.timeout(null).run(() => a), "done"),
  "TaskGroup.run": on((a) => group().run(() => a), "done"),
  "TaskGroup.run, at its end": on(drained, "done"),
  "TaskGroup.run, with another inside": on((a) => group().run(() => group().run((own) => own.createTask(part(a)))), "done"),
  "TaskGroup.createTask": on(born, "done"),
  "TaskGroup.start": on(started, "done"),
  "TaskGroup.start, of one that is never ready": on(unready, "done"),
}
