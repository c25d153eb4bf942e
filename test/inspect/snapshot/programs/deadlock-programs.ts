/**
 * Programs with deadlocks that are known by construction.
 *
 * A *ring* is some tasks each of which waits for what only the next can give: its end, or what it
 * holds. An *orphan* waits for what nobody is left to bring, such as an item for a queue. Around
 * them stand tasks that await them, and tasks that have nothing to do with them and go on.
 */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../../support/random.ts"

/** A group of tasks that hang, by name. */
export interface Label {
  readonly kind: "certain" | "suspected"
  readonly names: readonly string[]
}

export interface DeadlockProgram {
  readonly labels: readonly Label[]
  /** What was put together, for people. */
  readonly forms: readonly string[]
  main(): Promise<void>
}

type Work = () => Promise<unknown>

/** A program's tasks by name, which each other looks up when all are there. */
class Cast {
  readonly tasks = new Map<string, asyncio.Task<unknown>>()

  task(name: string): asyncio.Task<unknown> {
    const task = this.tasks.get(name)
    if (task === undefined) throw new Error(`no task ${name}`)
    return task
  }
}

interface Edge {
  readonly form: string
  readonly certain: boolean
  /** Before anybody waits, in the task that is waited for. */
  hold?(): PromiseLike<unknown>
  wait(): PromiseLike<unknown>
}

const pause = (random: Random): number => random.below(40) / 1000

/** How one task can wait for the end of another. */
const AWAITS: Readonly<Record<string, (task: () => asyncio.Task<unknown>) => PromiseLike<unknown>>> = {
  wait: (task) => asyncio.wait([task()]),
  gather: (task) => asyncio.gather([task(), asyncio.sleep(0)]),
  shield: (task) => asyncio.shield(task()),
  "await": (task) => task(),
  asCompleted: async (task) => {
    for (const next of asyncio.asCompleted([task()])) await next
  },
  "Promise.all": (task) => Promise.all([task(), asyncio.wait([task()])]),
  "gather of gather": (task) => asyncio.gather([asyncio.gather([task()])]),
  waitFor: (task) => asyncio.waitFor(task(), null),
}

function awaitEdge(random: Random, task: () => asyncio.Task<unknown>): Edge {
  const form = random.pick(Object.keys(AWAITS))
  const wait = AWAITS[form]
  if (wait === undefined) throw new Error(form)
  return { form, certain: true, wait: () => wait(task) }
}

/** How one task can wait for what another holds. */
function heldEdge(random: Random, alone: boolean): Edge {
  const form = random.pick(alone ? ["Lock", "Lock.run", "BoundedSemaphore"] : ["Lock", "Lock.run", "BoundedSemaphore", "Semaphore", "Condition", "Semaphore of 2"])
  switch (form) {
    case "Lock":
    case "Lock.run": {
      const lock = new asyncio.Lock()
      return { form, certain: false, hold: () => lock.acquire(), wait: () => (form === "Lock" ? lock.acquire() : lock.run(() => undefined)) }
    }
    case "BoundedSemaphore": {
      const permits = new asyncio.BoundedSemaphore(1)
      return { form, certain: false, hold: () => permits.acquire(), wait: () => permits.acquire() }
    }
    case "Condition": {
      const condition = new asyncio.Condition()
      return { form, certain: false, hold: () => condition.acquire(), wait: () => condition.acquire() }
    }
    default: {
      const count = form === "Semaphore" ? 1 : 2
      const permits = new asyncio.Semaphore(count)
      const hold = async (): Promise<void> => {
        for (let at = 0; at < count; at += 1) await permits.acquire()
      }
      return { form, certain: false, hold, wait: () => permits.acquire() }
    }
  }
}

/** How one task can wait for what another would bring once it went on. */
function openEdge(random: Random): Edge & { bring(): unknown } {
  const form = random.pick(["Event", "Queue.get", "Queue.put", "Queue.join", "Barrier", "Condition.wait", "Semaphore(0)", "PriorityQueue.get"])
  switch (form) {
    case "Event": {
      const event = new asyncio.Event()
      return { form, certain: false, wait: () => event.wait(), bring: () => event.set() }
    }
    case "Queue.get":
    case "PriorityQueue.get": {
      const queue = form === "Queue.get" ? new asyncio.Queue<number>() : new asyncio.PriorityQueue<number>()
      return { form, certain: false, wait: () => queue.get(), bring: () => queue.put(1) }
    }
    case "Queue.put": {
      const queue = new asyncio.Queue<number>(1)
      return { form, certain: false, hold: () => queue.put(0), wait: () => queue.put(1), bring: () => queue.get() }
    }
    case "Queue.join": {
      const queue = new asyncio.Queue<number>()
      return { form, certain: false, hold: () => queue.put(0), wait: () => queue.join(), bring: () => queue.taskDone() }
    }
    case "Barrier": {
      const barrier = new asyncio.Barrier(2)
      return { form, certain: false, wait: () => barrier.wait(), bring: () => barrier.wait() }
    }
    case "Condition.wait": {
      const condition = new asyncio.Condition()
      const wait = (): PromiseLike<unknown> => condition.run(() => condition.wait())
      return { form, certain: false, wait, bring: () => condition.run(() => condition.notifyAll()) }
    }
    default: {
      const permits = new asyncio.Semaphore(0)
      return { form, certain: false, wait: () => permits.acquire(), bring: () => permits.release() }
    }
  }
}

/** Makes a program with one to three rings, among tasks that go on or await them. */
export function ringProgram(random: Random): DeadlockProgram {
  const cast = new Cast()
  const works: { readonly name: string; readonly work: Work }[] = []
  const labels: Label[] = []
  const forms: string[] = []
  for (let ring = random.below(3); ring >= 0; ring -= 1) {
    const size = 1 + random.below(random.chance(20) ? 12 : 4)
    const names = Array.from({ length: size }, (_, at) => `ring ${ring}, ${at}`)
    const kind = size > 1 && random.chance(40) ? "certain" : "suspected"
    const edges = names.map((_, at): Edge => {
      const next = names[(at + 1) % size] ?? ""
      const held = kind === "suspected" && (at === 0 || size === 1 || random.chance(50))
      return held ? heldEdge(random, size === 1) : awaitEdge(random, () => cast.task(next))
    })
    forms.push(`${kind}: ${edges.map(({ form }) => form).join(" > ")}`)
    labels.push({ kind, names })
    names.forEach((name, at) => {
      // It holds what the one before it will want.
      const before = edges[(at + size - 1) % size]
      const hold = pause(random)
      const wait = 0.05 + pause(random)
      works.push({
        name,
        work: async () => {
          await asyncio.sleep(hold)
          await before?.hold?.()
          await asyncio.sleep(wait)
          await edges[at]?.wait()
        },
      })
    })
  }
  addOnlookers(random, works, labels.flatMap(({ names }) => names), cast)
  const others = random.chance(70)
  if (others) addBystanders(random, works)
  const { main, waits } = mainOf(random, works, cast)
  // Where nobody else goes on, nobody is left to end its wait either.
  if (!others && !waits) labels.push({ kind: "suspected", names: ["main"] })
  return { labels, forms, main }
}

/** Makes a program in which nothing goes on: tasks wait for what one another would bring, or nobody. */
export function orphanProgram(random: Random): DeadlockProgram {
  const cast = new Cast()
  const works: { readonly name: string; readonly work: Work }[] = []
  const forms: string[] = []
  const names: string[] = []
  for (let group = random.below(2); group >= 0; group -= 1) {
    const size = 1 + random.below(4)
    const own = Array.from({ length: size }, (_, at) => `orphan ${group}, ${at}`)
    const edges = own.map(() => openEdge(random))
    forms.push(edges.map(({ form }) => form).join(" > "))
    names.push(...own)
    // Where nobody would bring it, whoever has brought something before has ended.
    const gone = random.chance(40)
    own.forEach((name, at) => {
      const before = gone ? undefined : edges[(at + size - 1) % size]
      const hold = pause(random)
      works.push({
        name,
        work: async () => {
          await asyncio.sleep(hold)
          await edges[at]?.hold?.()
          await asyncio.sleep(0.05)
          await edges[at]?.wait()
          await before?.bring()
        },
      })
    })
    if (gone) works.push({ name: `gone ${group}`, work: () => Promise.resolve(asyncio.sleep(pause(random))) })
  }
  const onlookers = addOnlookers(random, works, names, cast)
  return { labels: [{ kind: "suspected", names: ["main", ...names, ...onlookers] }], forms, main: mainOf(random, works, cast).main }
}

/** Tasks that wait for the end of one of `names`: they hang as well, but nobody waits for them. */
function addOnlookers(random: Random, works: { name: string; work: Work }[], names: readonly string[], cast: Cast): string[] {
  const added: string[] = []
  for (let count = random.below(3); count > 0; count -= 1) {
    const name = `onlooker ${count}`
    const on = random.pick(names)
    const after = 0.02 + pause(random)
    added.push(name)
    works.push({
      name,
      work: async () => {
        await asyncio.sleep(after)
        await asyncio.wait([cast.task(on)])
      },
    })
  }
  return added
}

/** Tasks that go on for a while and touch nothing of the others. */
function addBystanders(random: Random, works: { name: string; work: Work }[]): void {
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const step = 0.01 + pause(random)
    const lock = new asyncio.Lock()
    works.push({
      name: `bystander ${count}`,
      work: async () => {
        for (;;) await lock.run(() => asyncio.sleep(step))
      },
    })
  }
}

/** @returns `waits` if it waits for the others, and not for what nobody brings */
function mainOf(random: Random, works: { readonly name: string; readonly work: Work }[], cast: Cast): { waits: boolean; main: () => Promise<void> } {
  const waits = random.chance(50)
  const main = async (): Promise<void> => {
    for (const { name, work } of shuffled(random, works)) cast.tasks.set(name, asyncio.createTask(work, { name }))
    if (waits) await asyncio.wait(cast.tasks.values())
    else await new asyncio.Event().wait()
  }
  return { waits, main }
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items]
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T) // as many as there are
}
