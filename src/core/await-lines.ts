/**
 * The lines of awaits in a program that nobody watches: taken while a budget lasts.
 *
 * A line costs a microsecond or two, a switch of tasks a third of one, so a program that
 * switches all the time cannot pay for every line; one that hangs has time for all. What the
 * host spends on lines is measured, and let grow with the time that passes.
 */
import { host } from "../host/host.ts"
import type { AwaitPlace } from "./place.ts"

/** The part of a thread's time that may go to lines. */
const SHARE = 0.01
/**
 * Seconds that can be saved up, and that are there at the start, since many a program hangs at
 * once: enough for some thousand tasks that are started together.
 */
const MOST = 0.005
/** What a line is thought to take before one was taken: the first are slow, until they are compiled. */
const FIRST = 2e-4
/** A line that took so many times as long as the one before was held up, and not by its own work. */
const HELD_UP = 10

/** What takes the line of an await; made by the inspector's side of this library. */
export interface LineTaker {
  /** The code that calls `then` of `on`, or has the engine call it, parks; missing where the engine does not tell of awaits. */
  parked?(on: object): AwaitPlace
  /** Something that can be awaited was made; missing where the engine tells of awaits. */
  made?(awaitable: object): void
}

/** Invariant: `left` is what may be spent, in seconds; at most `MOST`, and not above 0 while nobody takes lines. */
export const awaitLines: { taker: LineTaker | null; left: number; looked: number; take(on: object): AwaitPlace | null } = { taker: null, left: 0, looked: 0, take: takeLine }

/** Has lines taken from now on. */
export function startTaking(taker: LineTaker): void {
  awaitLines.taker = taker
  awaitLines.looked = host.now()
  awaitLines.left = MOST
  usual = FIRST
}

export function stopTaking(): void {
  awaitLines.taker = null
  awaitLines.left = 0
}

/** Time has passed, and the budget with it grows. */
export function allowLines(now: number): void {
  if (awaitLines.taker === null) return
  const left = awaitLines.left + (now - awaitLines.looked) * SHARE
  awaitLines.left = left < MOST ? left : MOST
  awaitLines.looked = now
}

/** The line of an await, from within `then`; call it as `awaitLines.take`, and only while something of the budget is left. */
export function takeLine(on: object): AwaitPlace | null {
  taken += 1
  awaitLines.take = taken % 3 === 0 ? takeThird : takeLine
  const { taker } = awaitLines
  if (taker?.parked === undefined) return null
  const from = host.now()
  const line = taker.parked(on)
  pay(host.now() - from)
  return line
}

let taken = 0

/**
 * The same under another name. What is called most the engine compiles into the caller: in a
 * program's first awaits each takes its line, and later hardly one does, but every switch would
 * be slower for good. Where a call leads now to one function and now to another it does not; each
 * third time, since an await often parks two lines.
 */
function takeThird(on: object): AwaitPlace | null {
  return takeLine(on)
}

/** The line that makes something to await, where the engine does not tell of awaits; likewise. */
export function takeMaker(awaitable: object): void {
  const { taker } = awaitLines
  if (taker?.made === undefined) return
  const from = host.now()
  taker.made(awaitable)
  pay(host.now() - from)
}

/** What the latest line took, as far as it is believed. */
let usual = FIRST

/**
 * A machine that stands still for half a second within one line must not leave a program without
 * lines for a minute. Where each line takes long, as with source maps, that is believed after a few.
 */
function pay(seconds: number): void {
  awaitLines.left -= Math.min(seconds, usual * HELD_UP)
  usual = Math.min(seconds, usual * 2)
}
