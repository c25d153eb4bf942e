/** What `bind` gives runs as a callback of the loop does, with the context variables of where it was made. */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { random, type Random } from "../support/random.ts"
import { byInstant, outcome, pass, trace, type Log } from "./trace.ts"

type Function = () => Promise<void>
type Bind = (fn: Function, context: asyncio.Context) => () => unknown

/** The frame in which it is made is replaced by that of a callback. */
const defined: Bind = (fn, context) => {
  const loop = asyncio.getRunningLoop()
  return () => loop.callSoon(() => void fn(), { context })
}

const STEPS = ["task", "loop", "get", "set", "sleep", "coroutine", "timeout", "future", "promise", "child", "gather", "bind", "lock"] as const
const PLACES = ["task", "coroutine", "timeout", "group", "callback"] as const
const CALLERS = ["its maker", "another task", "a callback", "the host", "nobody"] as const

interface Program {
  readonly steps: readonly (typeof STEPS)[number][]
  /** Where it is made. */
  readonly place: (typeof PLACES)[number]
  /** By whom it is called, in one second each. */
  readonly callers: readonly (typeof CALLERS)[number][]
  /** When its maker ends, and whether that is cancelled. */
  readonly ends: number
  readonly cancelled: boolean
}

const variable = new asyncio.ContextVar<string>("variable", { default: "nothing" })

function program(random: Random): Program {
  return {
    steps: Array.from({ length: 1 + random.below(6) }, () => random.pick(STEPS)),
    place: random.pick(PLACES),
    callers: Array.from({ length: 3 }, () => random.pick(CALLERS)),
    ends: random.below(5),
    cancelled: random.chance(50),
  }
}

/** What the function finds at each of its steps. */
async function look(steps: Program["steps"], call: string, loop: asyncio.EventLoop, log: Log): Promise<void> {
  for (const [index, step] of steps.entries()) {
    log(`${call} ${index} ${step}: ${await outcome(async () => find(step, `${call}.${index}`, loop))}`)
  }
}

async function find(step: (typeof STEPS)[number], value: string, loop: asyncio.EventLoop): Promise<unknown> {
  switch (step) {
    case "task":
      return asyncio.currentTask()
    case "loop":
      return asyncio.getRunningLoop() === loop
    case "get":
      return variable.get()
    case "set":
      variable.set(value)
      return variable.get()
    case "sleep":
      return asyncio.sleep(0)
    case "coroutine":
      return asyncio.coroutine("inside", async () => value)()
    case "timeout":
      return asyncio.timeout(1).run(() => value)
    case "lock":
      return new asyncio.Lock().run(() => value)
    case "future": {
      const future = new asyncio.Future<string>()
      loop.callLater(0.25, () => future.setResult(value))
      return `${await future}, then in ${String(asyncio.currentTask())}`
    }
    case "promise":
      return `${await new Promise<string>((resolve) => void setImmediate(resolve, value))}, then in ${String(asyncio.currentTask())}`
    case "child": {
      const child = asyncio.createTask(async () => {
        await asyncio.sleep(0.25)
        const seen = variable.get()
        variable.set("the child's own")
        return `${asyncio.currentTask()?.getName()} sees ${seen}`
      }, { name: "child" })
      return `${await child}, then ${variable.get()}`
    }
    case "gather":
      return asyncio.gather([asyncio.sleep(0.25, 1), async () => variable.get()])
    case "bind":
      return asyncio.bind(() => `${String(asyncio.currentTask())} and ${variable.get()}`)()
  }
}

/** Runs `body` in the place where the function is to be made. */
function within(place: Program["place"], body: () => Promise<void>): PromiseLike<unknown> {
  switch (place) {
    case "coroutine":
      return asyncio.coroutine("inside", body)()
    case "timeout":
      return asyncio.timeout(100).run(body)
    case "group":
      return new asyncio.TaskGroup().run(body)
    case "task":
    case "callback":
      return body()
  }
}

function play({ steps, place, callers, ends, cancelled }: Program, bind: Bind): Promise<string[]> {
  return trace(async (log, clock) => {
    const loop = asyncio.getRunningLoop()
    const context = asyncio.copyContext()
    let calls = 0
    let bound: (() => unknown) | undefined
    const make = (): void => {
      variable.set("the maker's")
      bound = bind(() => look(steps, `call ${(calls += 1)}`, loop, log), context)
    }
    const maker = async (): Promise<void> => {
      await within(place, async () => {
        if (place !== "callback") make()
        if (callers[0] === "its maker") bound?.()
        await asyncio.sleep(ends)
      })
      log("the maker ends")
    }
    if (place === "callback") loop.callSoon(make, { context })
    const task = asyncio.createTask(maker, { context })
    if (cancelled) loop.callLater(ends / 2, () => void task.cancel())
    await pass(clock, 1)
    for (const caller of callers) {
      if (caller === "another task") asyncio.createTask(async () => bound?.())
      else if (caller === "a callback") loop.callSoon(() => void bound?.())
      else if (caller === "the host") setImmediate(() => bound?.())
      await pass(clock, 3)
    }
    await pass(clock, steps.length)
    log(`${task.cancelled() ? "cancelled" : "returned"}; the context holds ${context.get(variable)}`)
  })
}

random("a bound function runs as a callback does that was registered where it was made", 400, async (random) => {
  const given = program(random)
  const real = await play(given, (fn) => asyncio.bind(fn))
  assert.deepEqual(byInstant(real), byInstant(await play(given, defined)), JSON.stringify(given))
})
