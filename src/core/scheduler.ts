/**
 * The order of events: a queue of what is ready, a heap of what is due later, and turns.
 *
 * This file knows callbacks and lines, not tasks. An iteration takes the handles that are
 * ready at its start; timers that are due join the queue between iterations. A handle may
 * resume a *line* of somebody's code by settling a promise; its code then runs in
 * microtasks, and that is a *turn*. The next handle runs only when the turn has come to
 * rest: the line, or one above or below it, parks or ends; or no microtask is left, which
 * means that it awaits something foreign.
 *
 *     wake → (microtask) → (microtasks over) → (microtask) pump ⇄ turns → idle
 *
 * The pump starts only in a microtask, and a wake from outside waits until the microtasks
 * are over, so that code woken by a foreign promise finishes its own segment first.
 *
 * Long: the queue, the turns and what keeps the loop from resting are one state machine.
 */
import { Deque } from "../structures/deque.ts"
import { Heap } from "../structures/heap.ts"
import { Shown } from "../structures/shown.ts"
import { LinkedList, type Linked } from "../structures/linked-list.ts"
import { host } from "../host/host.ts"
import { clocks, type Clock } from "./clock.ts"
import { allowLines } from "./await-lines.ts"
import { TimerHandle, type Callback, type Runnable } from "./handle.ts"
import { LostErrors } from "./lost-errors.ts"
import { foreignWait, observer } from "./observer.ts"
import { Unstarted } from "./unstarted.ts"

/** A line of somebody's code, as far as turns go. */
export interface Line {
  readonly parent: Line | null
  readonly depth: number
  /** The task that it belongs to, for observers. */
  readonly owner: object | null
  /** Its turn is over, and it awaits something foreign, from a tick of its loop on. */
  restAtForeign(tick: number): void
}

/** What stands for a task among those of its loop. */
export interface Registered extends Linked<Registered> {
  readonly task: object
}

/** What of the host's a loop has open, such as a socket. */
export interface Resource {
  toString(): string
  /** It is never closed by anybody but the loop, so nobody forgot to. */
  readonly endsWithLoop?: true
  /** The loop is closed: nobody will ever use it again. */
  abandon(): void
}

/** What an exception handler is told. */
export interface ExceptionContext {
  readonly message: string
  readonly exception?: unknown
  readonly future?: object
  readonly task?: object
  readonly handle?: object
  /** Further facts, such as the place where a coroutine was made. */
  readonly [key: string]: unknown
}

/** What is ready, in the order in which it runs: what was first in is first out, unless a test explores other orders. */
export interface ReadyQueue {
  readonly size: number
  push(runnable: Runnable): void
  /** What `shift` gives next. */
  peek(): Pick<Runnable, "quiet"> | undefined
  shift(): Runnable | undefined
  clear(): void
}

/** The loop as users see it. The event loop stands above this file and adds itself here. */
export interface LoopTypes {
  readonly scheduler: Scheduler
}
export type PublicLoop = LoopTypes extends { readonly eventLoop: infer L } ? L : Scheduler

/** Seconds that a burst of many turns may take before the host is let round, once an iteration is over. */
const BURST = 0.001
/** The same of a few turns, and within an iteration: what its tasks leave to the host, such as a query of each, the host finds together. */
const LONG_BURST = 0.01
/** Turns between two looks at the clock at most; a turn takes 0.1 to 1 µs. */
const STRIDE = 64
/** The same where each turn ends with one of the host's, which takes 10 µs and more. */
const SLOW_STRIDE = 4
/** Ticks in a second: whole numbers cost a wait no memory of their own. */
export const TICKS = 1000
/** CPython's rule for rebuilding the heap of timers (R9). */
const MIN_CANCELLED = 100

// One budget for the whole thread: with one per loop, a hundred busy loops would keep the
// host waiting a hundred times as long.
const burst: { started: number; turns: number; stride: number; late: boolean; spent: boolean; active: number; yielded: (() => void)[] } = {
  started: 0,
  turns: 0,
  /** Turns until the next look: after one at first, since nobody knows how long a turn takes, and then twice as many each time. */
  stride: 1,
  /** It has taken as long as it may, and ends with the iteration. */
  late: false,
  spent: false,
  /** Loops that have something to do. */
  active: 0,
  /** How the loops that let the host round go on. */
  yielded: [],
}

/** The host has been round. */
function beginBurst(): void {
  burst.started = host.now()
  burst.turns = 0
  burst.stride = 1
  burst.late = false
}

function startBurst(): void {
  burst.spent = false
  beginBurst()
  const [first, ...others] = burst.yielded.splice(0)
  first?.()
  for (const resume of others) {
    if (host.followsAwait) resume()
    // Where one store serves all, two loops may not go on in one turn of the host.
    else host.afterMicrotasks(() => host.microtask(resume))
  }
}

/** The loops of this copy of the library that run now, in the order in which they were started. */
export const runningLoops = new Set<Scheduler>()

export class Scheduler extends Shown {
  readonly clock: Clock
  // Invariant: #left never exceeds the size of #ready, since only the pump takes handles.
  readonly #ready: ReadyQueue
  readonly #timers = new Heap<TimerHandle>((a, b) => a.when() - b.when() || a.sequence - b.sequence)
  #sequence = 0
  /** Of those in `#timers`. */
  #cancelledTimers = 0
  /** Handles left in this iteration. */
  #left = 0
  /** The line whose turn it is. Invariant: non-null only while #active. */
  turn: Line | null = null
  /** Its line has parked on something of ours, but the turn lasts until the microtasks are over. */
  #parked = false
  /** A pump is running, or will. Invariant: false only when every ready handle can wait. */
  #active = false
  #pumping = false
  #armed = false
  /** Nothing has run since the microtasks were over, so nobody can be about to park. */
  #fresh = false
  /** The host is being let round; the pump goes on afterwards. */
  #yielded = false
  #running = false
  #stopping = false
  /** An iteration has begun since the start: a stop before it still gives one (R11). */
  #iterated = false
  #onStop: (() => void) | null = null
  /** Live frames that hold neither a wait nor a child: their code runs, or awaits something foreign. */
  unheld = 0
  /** Shut down for good. */
  dead = false
  /** Its program has ended: what is left is cancelled, and nothing new should begin. */
  ending = false
  /** What came to be scheduled after that. */
  dropped = 0
  /** Operations of ours that the host still has to finish. */
  hostOperations = 0
  /**
   * The host is calling, with nobody's code on the stack and no microtask waiting, as when a
   * socket brings data: a loop that is woken need not wait for microtasks.
   */
  calledByHost = false
  /** When somebody who waits for the loop to rest wants it looked after again, in the clock's time. */
  lookBy = Infinity
  /** What would keep the process alive after the loop is closed. */
  readonly resources = new Set<Resource>()
  #stalled = false
  /** The tasks that are not done, held strongly: nobody else need keep them. */
  readonly tasks = new LinkedList<Registered>()
  /** Those of `tasks` that stand for code left behind; nothing waits for them. */
  readonly leftBehind = new Set<object>()
  /** Waits on futures opened since somebody last looked for circles among them. */
  readonly newWaits: object[] = []
  readonly unstarted = new Unstarted()
  readonly lostErrors = new LostErrors()
  /** How many were begun. */
  iterations = 0
  /** What the clock said last, in ticks since this loop began: behind by a burst at most. */
  ticks = 0
  #began: number | undefined
  /** Called when nothing is ready and when the host is let round; each says when it wants to be called next. */
  readonly chores: ((now: number) => number)[] = [
    (now) => this.unstarted.age(now),
    (now) => this.lostErrors.check(now, this.#ready.size === 0 ? Infinity : this.iterations),
  ]

  constructor(clock: Clock = clocks.make(), ready: ReadyQueue = new Deque<Runnable>()) {
    super()
    this.clock = clock
    this.#ready = ready
  }

  toString(): string {
    return "<Scheduler>"
  }

  /** Tells whoever handles what nobody caught. The event loop above gives it its real form. */
  callExceptionHandler(context: ExceptionContext): void {
    host.report(context.message, context.exception)
  }

  get running(): boolean {
    return this.#running
  }

  get idle(): boolean {
    return this.#ready.size === 0
  }

  // Of what is scheduled, for whoever looks.

  /** Handles that can run now. */
  get readyCount(): number {
    return this.#ready.size
  }

  /** Timers that are not cancelled. */
  get timerCount(): number {
    return this.#timers.size - this.#cancelledTimers
  }

  /** Those of them that call code of the program's. */
  userTimers(): TimerHandle[] {
    return Array.from(this.#timers).filter((timer) => !timer.quiet && !timer.cancelled())
  }

  schedule(runnable: Runnable): void {
    // Code that outlives its loop may still end, and nobody is left to tell.
    if (this.dead) {
      this.dropped += 1
      return
    }
    this.#ready.push(runnable)
    if (!this.#active && this.#running) this.wake()
  }

  scheduleAt(when: number, callback: Callback): TimerHandle {
    const timer = new TimerHandle(when, (this.#sequence += 1), callback, this.#timerCancelled)
    this.#timers.push(timer)
    // An idle loop may have armed its clock for a later time.
    if (!this.#active && this.#running) this.wake()
    return timer
  }

  readonly #timerCancelled = (): void => {
    this.#cancelledTimers += 1
    if (this.#timers.size > MIN_CANCELLED && this.#cancelledTimers * 2 > this.#timers.size) {
      this.#timers.retain((timer) => !timer.cancelled())
      this.#cancelledTimers = 0
    }
  }

  /** Runs until `stop`; `onStop` is called between two iterations. */
  start(onStop: () => void): void {
    this.#running = true
    runningLoops.add(this)
    if (observer !== null) observer.started()
    this.#iterated = false
    this.#onStop = onStop
    this.wake()
  }

  /** Lets the current batch of handles finish, then stops. */
  stop(): void {
    this.#stopping = true
    if (this.#running && !this.#active) this.wake()
  }

  /** Drops everything that is scheduled; nothing is run any more. */
  shutDown(): void {
    this.dead = true
    this.#ready.clear()
    // One that is cancelled later is none of those that are counted.
    for (const timer of this.#timers) timer.stands = false
    this.#timers.clear()
    this.#cancelledTimers = 0
    this.newWaits.length = 0
    this.#left = 0
    this.clock.stop()
  }

  /** Makes an idle loop look at its queues, once the microtasks are over. */
  readonly wake = (): void => {
    if (this.#active || !this.#running) return
    this.#active = true
    if ((burst.active += 1) === 1) beginBurst()
    this.#tick(this.clock.time())
    host.microtask(this.calledByHost ? this.#enter : this.#arm)
  }

  /** The last frame that held nothing holds something now: a stalled clock may go on. */
  becameQuiet(): void {
    if (this.#stalled) this.wake()
  }

  /**
   * `line` parked. Its turn, or that of a line above or below it, is over.
   *
   * @param nothingOnStack - so that the next handle may call anybody's code
   */
  rest(line: Line, nothingOnStack: boolean): void {
    if (this.turn === null || !related(this.turn, line)) return
    this.#parked = true
    if (!host.followsAwait) return
    this.turn = null
    if (!this.#pumping) this.#pump(!nothingOnStack)
  }

  /** The code of `line` is about to go on: its turn begins. */
  resumes(line: Line): void {
    this.turn = line
    this.#parked = false
  }

  /** Whether code of `line`, or of one above or below it, certainly runs now. */
  inTurn(line: Line): boolean {
    return this.turn !== null && related(this.turn, line)
  }

  /** `line` ended; what its turn does next is code of the line above. */
  ended(line: Line): void {
    if (this.turn !== line) return
    this.turn = line.parent
    // Nobody's code is on the stack: a frame without a parent ends in a reaction of ours.
    if (line.parent === null && host.followsAwait && !this.#pumping) this.#pump(false)
  }

  readonly #arm = (): void => {
    if (this.#armed) return
    this.#armed = true
    host.afterMicrotasks(this.#over)
  }

  readonly #over = (): void => {
    this.#armed = false
    const { turn } = this
    if (turn !== null && !this.#parked) {
      const now = this.clock.time()
      this.#tick(now)
      turn.restAtForeign(this.ticks)
      if (observer !== null && turn.owner !== null) observer.taskParked(turn.owner as never, foreignWait)
    }
    this.turn = null
    if (!this.#active || this.#yielded) return
    this.#fresh = true
    if (burst.spent) this.#yield()
    else if (!this.#restAtOnce()) host.microtask(this.#enter)
  }

  /** Goes idle without a microtask, if nothing is ready: a loop that waits for sockets does so each time. */
  #restAtOnce(): boolean {
    if (this.#ready.size > 0 || this.#stopping || !this.#iterated) return false
    if (this.#timers.size > 0) this.#collectDue()
    return this.#ready.size === 0 && !this.#rest()
  }


  readonly #enter = (): void => {
    if (this.turn === null && !this.#pumping) this.#pump(false)
  }

  /**
   * Runs handles until one starts a turn, nothing is ready or the host's turn has come.
   *
   * @param shallow - on somebody's stack: stop before a handle that calls user code
   */
  #pump(shallow: boolean): void {
    if (!this.#active) return
    if (!this.#armed) {
      this.#armed = true
      host.afterMicrotasks(this.#over)
    }
    this.#pumping = true
    try {
      this.#runHandles(shallow)
    } catch (exception) {
      // A fault of this library's: the loop goes on, or everything on it would stand still.
      host.microtask(this.#enter)
      this.callExceptionHandler({ message: "the event loop met an error of its own; please report it", exception })
    } finally {
      this.#pumping = false
    }
  }

  #runHandles(shallow: boolean): void {
    for (;;) {
      const begins = this.#left === 0
      if (begins && !this.#iterate()) break
      if ((burst.turns >= burst.stride || (begins && burst.late)) && this.#letHostRound(begins)) break
      if (shallow && !this.#ready.peek()?.quiet) {
        host.microtask(this.#enter)
        break
      }
      // Counted where it runs: a burst in which none did would be followed by others like it.
      burst.turns += 1
      this.#left -= 1
      this.#fresh = false
      this.#ready.shift()?.run()
      if (this.turn !== null) break
    }
  }

  /** Starts an iteration; false when there is nothing to do now. */
  #iterate(): boolean {
    for (;;) {
      if (this.#stopping && this.#iterated) {
        this.#finish()
        return false
      }
      this.#iterated = true
      if (this.#timers.size > 0) this.#collectDue()
      if (this.#stopping && this.#ready.size === 0) continue
      if (this.#ready.size > 0) {
        this.#left = this.#ready.size
        this.iterations += 1
        return true
      }
      // Before the microtasks are over somebody may be about to park; #over comes back here.
      if (!this.#fresh || !this.#rest()) return false
    }
  }

  #collectDue(): void {
    const now = this.clock.time()
    this.#tick(now)
    for (let timer = this.#timers.peek(); timer !== undefined; timer = this.#timers.peek()) {
      if (timer.cancelled()) this.#cancelledTimers -= 1
      else if (timer.when() > now) return
      else this.#ready.push(timer)
      timer.stands = false
      this.#timers.pop()
    }
  }

  /** Nothing is ready: looks after the house and hands over to the clock; true if there is more to do. */
  #rest(): boolean {
    if (observer !== null) observer.rested(true)
    allowLines(host.now())
    const chore = this.#doChores()
    if (this.#ready.size > 0 || this.#stopping) return true
    const quiet = this.unheld === 0 && this.hostOperations === 0
    const timer = Math.min(this.#timers.peek()?.when() ?? Infinity, this.lookBy)
    if (this.clock.idle({ timer, chore, quiet }, this.wake)) return true
    if (this.#ready.size > 0) return true
    this.#stalled = !quiet
    this.#active = false
    burst.active -= 1
    return false
  }

  #letHostRound(begins: boolean): boolean {
    burst.turns = 0
    const most = host.followsAwait ? STRIDE : SLOW_STRIDE
    burst.stride = Math.min(burst.stride * 2, most)
    const now = host.now()
    allowLines(now)
    this.#tick(this.clock.time())
    const taken = now - burst.started
    const own = this.clock.burst ?? 0
    // A few turns that took long are most often the first of a program, or of a server's request.
    const few = Math.max(burst.stride === most ? BURST : LONG_BURST, own)
    burst.late = taken >= few
    if (!burst.spent && taken < (begins ? few : Math.max(LONG_BURST, own))) return false
    burst.spent = true
    this.#doChores()
    this.#yield()
    return true
  }

  #tick(now: number): void {
    this.#began ??= now
    this.ticks = Math.trunc((now - this.#began) * TICKS)
  }

  /** What the clock said at a tick. */
  timeOf(tick: number): number {
    return (this.#began ?? NaN) + tick / TICKS
  }

  #doChores(): number {
    const now = this.clock.time()
    let next = Infinity
    for (const look of this.chores) next = Math.min(next, look(now))
    return next
  }

  #yield(): void {
    if (observer !== null) observer.rested(true)
    this.#yielded = true
    burst.yielded.push(this.#resume)
    // One turn of the host for all loops: with one each, every loop would have a burst in it.
    if (burst.yielded.length === 1) host.macrotask(startBurst)
  }

  readonly #resume = (): void => {
    this.#yielded = false
    if (observer !== null) observer.rested(false)
    this.#fresh = true
    host.microtask(this.#enter)
  }

  #finish(): void {
    if (observer !== null) observer.rested(true)
    this.#stopping = false
    this.#running = false
    runningLoops.delete(this)
    this.#active = false
    burst.active -= 1
    this.clock.stop()
    const onStop = this.#onStop
    this.#onStop = null
    onStop?.()
  }
}

function related(a: Line, b: Line): boolean {
  if (a === b) return true
  let deep: Line = a.depth > b.depth ? a : b
  const shallow: Line = deep === a ? b : a
  while (deep.depth > shallow.depth && deep.parent !== null) deep = deep.parent
  return deep === shallow
}
