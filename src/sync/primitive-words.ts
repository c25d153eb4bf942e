/**
 * What those are told who look at a task that waits at a primitive.
 *
 * Apart from the primitives, and put in from here: a page in a browser that nobody looks into need
 * not load it.
 */
import type { Glance } from "../core/glance.ts"
import type { WaitReason } from "../core/observer.ts"
import type { Wait } from "../core/wait.ts"
import { named } from "../core/words.ts"
import { Barrier } from "./barrier.ts"
import { Condition } from "./condition.ts"
import { Event } from "./event.ts"
import { Lock } from "./lock.ts"
import { holdersOf, insides, reasonFor, standsFor, waitingIn, type Primitive } from "./primitive.ts"
import { Queue } from "./queue.ts"
import { Semaphore } from "./semaphore.ts"

type Words<P extends Primitive> = (of: P, wait: Wait, glance: Glance) => Partial<WaitReason> & { readonly text: string }

/** Gives those who look words for the waits at all primitives. */
export function installPrimitiveWords(): void {
  install(Lock, lockWords)
  install(Event, (event) => ({ text: `${called(event)} not set` }))
  install(Condition, (condition, wait, glance) => ({ text: `${called(condition)} not notified, ${glance.place(condition[waitingIn](), wait)}` }))
  install(Barrier, barrierWords)
  install(Semaphore, semaphoreWords)
  install<Queue<unknown>>(Queue, queueWords)
}

function install<P extends Primitive>(Kind: abstract new (...args: never[]) => P, words: Words<P>): void {
  Object.defineProperty(Kind.prototype, reasonFor, {
    configurable: true,
    value(this: P, wait: Wait, glance: Glance): WaitReason | undefined {
      const whole = this[standsFor]
      // One that nobody sees, such as the condition of a barrier, leaves the words to what it is a part of.
      if (whole !== undefined) return whole[reasonFor]?.(wait, glance)
      return { ...wait.info(), on: this, internal: true, ...words(this, wait, glance) }
    },
  })
}

function called(primitive: Primitive): string {
  // A subclass may print as it likes.
  const kind = /^<(\w+)/.exec(primitive.toString())?.[1] ?? "primitive"
  return named(kind.replaceAll(/(?!^)[A-Z]/g, " $&").toLowerCase(), primitive.name)
}

function lockWords(lock: Lock, wait: Wait, glance: Glance): ReturnType<Words<Lock>> {
  const { locked, taker } = lock[insides]
  const loop = wait.frame?.loop
  const state = locked ? `held by ${glance.who(taker, loop)} for ${glance.ago(taker.at, loop)}` : "free for the first in line"
  return { text: `${called(lock)}, ${state}, ${glance.place(lock[waitingIn](), wait)}`, holders: lock[holdersOf]() }
}

function barrierWords(barrier: Barrier): ReturnType<Words<Barrier>> {
  const state = barrier[insides]
  const there = state === "filling" ? `${barrier.nWaiting} of ${barrier.parties} are there` : state
  return { kind: "Barrier.wait", text: `${called(barrier)}, ${there}` }
}

function semaphoreWords(semaphore: Semaphore, wait: Wait, glance: Glance): ReturnType<Words<Semaphore>> {
  const all = semaphore[insides]
  const state = all === 0 ? " has no permits" : all === 1 ? ", its permit taken" : `, all ${all} permits taken`
  return { text: `${called(semaphore)}${state}, ${glance.place(semaphore[waitingIn](), wait)}`, holders: [...new Set(semaphore[holdersOf]())] }
}

function queueWords(queue: Queue<unknown>, wait: Wait, glance: Glance): ReturnType<Words<Queue<unknown>>> {
  if (wait.info().kind === "Event.wait") {
    const { unfinishedTasks } = queue.statistics()
    return { kind: "Queue.join", text: `${named("queue", queue.name)}, ${items(unfinishedTasks)} not told done` }
  }
  const full = queue.full()
  const { lastPut, lastGet } = queue[insides]
  const trace = full ? lastGet : lastPut
  const what = full ? "get" : "put"
  const loop = wait.frame?.loop
  const last = trace.by < 0 ? `no ${what} yet` : `last ${what} ${glance.ago(trace.at, loop)} ago by ${glance.who(trace, loop)}`
  const state = full ? `full (${items(queue.qsize())})` : queue.empty() ? "empty" : "has an item"
  // What code of no task brought before, it may bring again.
  return { text: `${called(queue)} ${state}, ${last}`, internal: trace.by !== 0 }
}

function items(count: number): string {
  return count === 1 ? "1 item" : `${count} items`
}
