/** Programs made at random of a small grammar: as data, which another process runs. */
import * as asyncio from "asyncio-ts"
import type { Random } from "../../test/support/random.ts"
import { guarded, nap } from "./guarded.ts"
import type { Program } from "./programs.ts"

const DEPTH = 3

const LEAVES = ["nap", "nap", "in a lock", "through a queue", "a promise of the host", "limited"] as const
const KNOTS = ["in turn", "in turn", "gathered", "in a group", "in a task", "in time", "too late", "shielded", "raced"] as const

/** `size` is how often a leaf naps; `awaits` how often its clean-up awaits. */
export type Tree =
  | { readonly what: (typeof LEAVES)[number]; readonly size: number }
  | { readonly what: (typeof KNOTS)[number]; readonly parts: readonly Tree[]; readonly awaits: number }

export function randomTree(source: Random, depth = DEPTH): Tree {
  if (depth === 0 || source.chance(10)) return { what: source.pick(LEAVES), size: 1 + source.below(3) }
  const parts = Array.from({ length: 1 + source.below(3) }, () => randomTree(source, depth - 1))
  return { what: source.pick(KNOTS), parts, awaits: source.below(4) }
}

export function programOf(tree: Tree): Program {
  return () => guarded("main", () => run(tree, { lock: new asyncio.Lock(), queue: new asyncio.Queue(1) }))
}

interface Shared {
  readonly lock: asyncio.Lock
  readonly queue: asyncio.Queue<number>
}

type Start = () => Promise<unknown>

async function run(tree: Tree, shared: Shared): Promise<unknown> {
  if ("size" in tree) return leaf(tree.what, tree.size, shared)
  const starts = tree.parts.map((part): Start => () => run(part, shared))
  return guarded(tree.what, () => knot(tree.what, starts), tree.awaits)
}

async function leaf(what: (typeof LEAVES)[number], size: number, { lock, queue }: Shared): Promise<unknown> {
  switch (what) {
    case "nap":
      return nap(size)
    case "in a lock":
      return lock.run(() => guarded(what, () => nap(size)))
    case "through a queue":
      await queue.put(size)
      await nap(1)
      // Another may have taken it.
      return queue.empty() ? undefined : queue.getNowait()
    case "a promise of the host":
      return asyncio.wrapFuture(new Promise((resolve) => setTimeout(resolve, size)))
    case "limited":
      return asyncio.moveOnAfter(size / 1000).run(() => guarded(what, () => asyncio.sleep(60)))
  }
}

async function knot(what: (typeof KNOTS)[number], starts: readonly Start[]): Promise<unknown> {
  switch (what) {
    case "in turn":
      return inTurn(starts)
    case "gathered":
      return asyncio.gather(starts)
    case "in a group":
      return new asyncio.TaskGroup().run(async (group) => {
        for (const start of starts) group.createTask(start)
        await nap(1)
      })
    case "in a task":
      return asyncio.createTask(() => inTurn(starts))
    case "in time":
      return asyncio.timeout(60).run(() => inTurn(starts))
    case "too late":
      return asyncio.moveOnAfter(0.002).run(() => inTurn(starts))
    case "shielded":
      return asyncio.shield(asyncio.createTask(() => inTurn(starts)))
    case "raced":
      return raced(starts)
  }
}

async function inTurn(starts: readonly Start[]): Promise<void> {
  for (const start of starts) await start()
}

/** The first that ends decides; the others are cancelled and waited for. */
async function raced(starts: readonly Start[]): Promise<void> {
  const tasks = starts.map((start) => asyncio.createTask(start))
  try {
    await asyncio.wait(tasks, { returnWhen: asyncio.FIRST_COMPLETED })
  } finally {
    for (const task of tasks) task.cancel()
    await asyncio.gather(tasks, { returnExceptions: true })
  }
}
