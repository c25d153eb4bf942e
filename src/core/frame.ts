/**
 * Frames: the bodies that run now, as a tree.
 *
 * A frame is the body of a task, a coroutine, a timeout or a group while it runs. It is
 * what the host keeps as the store of the code that executes, so that an `await` finds out
 * whose it is. Below a frame hang the frames it started and the waits it opened; a request
 * to cancel walks down to them, and nothing below outlives the frame.
 *
 * Long: the tree, its counts and the way of a request through it are one invariant.
 */
import { isCancellation } from "../errors/cancelled-error.ts"
import { RuntimeError } from "../errors/misuse.ts"
import { host, type AbortControllerLike, type HostAbortSignal } from "../host/host.ts"
import { cancellation, type CancelRequest } from "./cancel-request.ts"
import type { ContextValues } from "./context.ts"
import type { AwaitPlace } from "./place.ts"
import type { Line, Scheduler } from "./scheduler.ts"

/** What hangs below a frame: a wait or another frame. */
export interface Below {
  before: Below | null
  after: Below | null
  /** Brings a request to cancel down to the leaves. */
  interrupt(request: CancelRequest): void
  /** Takes back a request that has not been delivered. */
  forgive(): void
  /** The frame above has ended, perhaps `cancelled` itself: what is still open must end too. */
  orphan(cancelled: boolean): void
}

/** Why a frame runs for nobody: given up at a foreign promise; or still running, or still cleaning up, when the frame above ended. */
export type Disowned = "left behind" | "orphaned" | "cleaning up"

/** Whom a frame runs for: a task, once tasks stand above this file. */
export interface FrameOwner {
  /** Unique in the process. */
  readonly id: number
  readonly label: string
  /** Whether a request to cancel passes through its task just now. */
  onPath: boolean
  /** `frame` was given up at a foreign promise, or outlived the frame above it. */
  disown(frame: Frame, why: Disowned): void
  /** The body of a frame without parent has ended after all. */
  bodyEnded(frame: Frame, error?: unknown): void
}

/** What waits for a frame's body, and can be told that it will not come. */
export interface Boundary {
  abandon(request: CancelRequest): void
}

/** A request that met code that was running, or that awaits something foreign. */
export interface Undelivered {
  readonly request: CancelRequest
  /** A host operation was told through the frame's signal: the error comes from there. */
  readonly told: boolean
  /** The latest of several is the one that is told. */
  readonly order: number
  /** The frame whose next await is to throw; null once it has, or was forgiven. */
  holder: Frame | null
}

let requestCount = 0

/** What a frame has to do with cancellation, once it has. */
class Trouble {
  requests = 0
  requested = 0
  interrupted = 0
  undelivered: Undelivered | null = null
  late: CancelRequest | null = null
  latest: CancelRequest | null = null
  /** A request aimed above the frame has reached it. */
  asked = false
  controller: AbortControllerLike | undefined
}

/**
 * Invariants: `root` is the topmost frame of its task; `root.requested` is the sum of
 * `requests` over the live frames of the tree, and `root.interrupted` the number of its
 * frames that hold an undelivered request; a counted frame with nothing below it counts
 * once in `loop.unheld`.
 */
export class Frame implements Line, Below {
  readonly loop: Scheduler
  readonly name: string
  readonly depth: number
  context: ContextValues
  owner: FrameOwner | null
  parent: Frame | null
  root: Frame
  first: Below | null = null
  last: Below | null = null
  before: Below | null = null
  after: Below | null = null
  ended = false
  /** Whether this frame counts in `loop.unheld`; not before it begins, nor once it is given up. */
  #counted = false
  boundary: Boundary | null = null
  /** When its code came to rest at something foreign, in ticks of the loop; -1 before that. */
  foreignSince = -1
  /**
   * The async function whose call this is. It keeps nothing alive that would not live anyway: the
   * call has it until it ends, and then it is let go of here too. Null for any other function, which
   * may be gone as soon as it has returned its promise.
   */
  code: Function | null = null
  /** Where the frame above awaits it, if that line was taken. */
  awaitedAt: AwaitPlace | null = null
  /** When a timeout of this frame ends what it waits for, in seconds of the loop's clock. */
  deadline: number | null = null
  /** What most frames never have to do with. */
  #trouble: Trouble | null = null

  constructor(loop: Scheduler, name: string, owner: FrameOwner | null, parent: Frame | null, context: ContextValues) {
    this.loop = loop
    this.name = name
    this.owner = owner
    this.parent = parent
    this.context = context
    this.root = parent === null ? this : parent.root
    this.depth = parent === null ? 0 : parent.depth + 1
  }

  /** Requests aimed at this frame that nobody has withdrawn. */
  get requests(): number {
    return this.#trouble === null ? 0 : this.#trouble.requests
  }

  set requests(count: number) {
    if (count !== this.requests) this.#mark().requests = count
  }

  /** On a root: the sum of `requests` over its tree. */
  get requested(): number {
    return this.#trouble === null ? 0 : this.#trouble.requested
  }

  set requested(count: number) {
    if (count !== this.requested) this.#mark().requested = count
  }

  /** On a root: how many frames of its tree hold an undelivered request. */
  get interrupted(): number {
    return this.#trouble === null ? 0 : this.#trouble.interrupted
  }

  set interrupted(count: number) {
    if (count !== this.interrupted) this.#mark().interrupted = count
  }

  get undelivered(): Undelivered | null {
    return this.#trouble === null ? null : this.#trouble.undelivered
  }

  set undelivered(undelivered: Undelivered | null) {
    this.#mark().undelivered = undelivered
  }

  /** On a root: the latest request that found nothing to cancel and was to be thrown later. */
  get late(): CancelRequest | null {
    return this.#trouble === null ? null : this.#trouble.late
  }

  set late(request: CancelRequest | null) {
    this.#mark().late = request
  }

  /** On a root: the latest request of those that count, for whoever asks who wanted it and why. */
  get latest(): CancelRequest | null {
    return this.#trouble === null || this.#trouble.requested === 0 ? null : this.#trouble.latest
  }

  set latest(request: CancelRequest | null) {
    this.#mark().latest = request
  }

  #mark(): Trouble {
    return (this.#trouble ??= new Trouble())
  }

  /** The body starts to run. */
  begin(): void {
    this.#counted = true
    this.loop.unheld += 1
    this.parent?.attach(this)
  }

  /**
   * Its turn is over, and its code, or that of a coroutine which it began in this turn and awaits,
   * awaits something foreign. Of several below, it is not known which of them began just now: to
   * look at all of them would make each such await cost as much as there are.
   */
  restAtForeign(tick: number): void {
    let frame: Frame = this
    for (frame.foreignSince = tick; frame.first === frame.last && frame.first instanceof Frame && frame.first.foreignSince < 0; ) {
      frame = frame.first
      frame.foreignSince = tick
    }
  }

  /** The body has ended: what hangs below is orphaned, and the frame leaves the tree. */
  end(error?: unknown): void {
    if (this.ended) return
    this.ended = true
    this.code = null
    this.awaitedAt = null
    if (this.#counted && this.first === null) this.#held()
    this.#counted = false
    if (this.first !== null) this.#orphanAll(isCancellation(error))
    const { parent } = this
    if (parent === null) {
      this.forgiveLine()
    } else {
      if (this.#trouble !== null) this.#handUp(parent)
      parent.detach(this)
    }
    this.loop.ended(this)
  }

  #orphanAll(cancelled: boolean): void {
    for (let below = this.first; below !== null; below = this.first) {
      this.detach(below)
      below.orphan(cancelled)
    }
  }

  attach(below: Below): void {
    const { last } = this
    below.before = last
    this.last = below
    if (last !== null) {
      last.after = below
    } else {
      this.first = below
      if (this.#counted) this.#held()
    }
  }

  detach(below: Below): void {
    const { before, after } = below
    if (before === null) this.first = after
    else before.after = after
    if (after === null) this.last = before
    else after.before = before
    below.before = null
    below.after = null
    if (this.first === null && this.#counted) this.loop.unheld += 1
  }

  interrupt(request: CancelRequest): void {
    const told = this.abortSignal(request)
    if (this.first === null) {
      this.deliverLater(request, told)
      return
    }
    const only: Below = this.first
    if (only === this.last && only instanceof Frame) {
      this.#interruptChain(only, request)
      return
    }
    for (let below: Below | null = this.first; below !== null; ) {
      const next: Below | null = below.after
      if (below instanceof Frame) below.#mark().asked = true
      below.interrupt(request)
      below = next
    }
  }

  /** Most frames have one below them: with a call for each, a chain of thousands would overflow the stack. */
  #interruptChain(below: Frame, request: CancelRequest): void {
    let frame = below
    for (;;) {
      frame.#mark().asked = true
      const { first } = frame
      const untold = frame.#trouble?.controller === undefined
      if (!untold || first === null || first !== frame.last || !(first instanceof Frame)) break
      frame = first
    }
    frame.interrupt(request)
  }

  forgive(): void {
    this.forgiveLine()
    for (let below = this.first; below !== null; below = below.after) below.forgive()
  }

  /** The request that the next await of this line is to throw. */
  get pendingRequest(): CancelRequest | null {
    if (this.root.interrupted === 0) return null
    let frame: Frame | null = this
    while (frame !== null && frame.undelivered === null) frame = frame.parent
    return frame?.undelivered?.request ?? null
  }

  /** The request that the next await of this line is to throw, taken off whoever holds it. */
  takeUndelivered(): CancelRequest | null {
    if (this.root.interrupted === 0) return null
    let taken: Undelivered | null = null
    for (let frame: Frame | null = this; frame !== null; frame = frame.parent) {
      const { undelivered } = frame
      if (undelivered !== null && !undelivered.told && (taken?.order ?? 0) < undelivered.order) taken = undelivered
      frame.forgiveLine()
    }
    return taken?.request ?? null
  }

  orphan(cancelled: boolean): void {
    this.giveUp(cancelled && this.#trouble?.asked === true ? "cleaning up" : "orphaned")
  }

  /** Cuts this frame off its task; its code may go on, but nobody waits for it. */
  giveUp(why: Disowned): void {
    if (this.#counted && this.first === null) this.#held()
    this.#counted = false
    const { owner, parent } = this
    if (parent !== null) {
      parent.requests += this.requests
      this.requests = 0
      if (why === "left behind") parent.detach(this)
      this.#becomeRoot()
    }
    if (this.loop.turn === this) this.loop.turn = parent
    owner?.disown(this, why)
  }

  #becomeRoot(): void {
    const { root } = this
    const moved = this.#moveTo(this)
    root.requested -= moved.requests
    root.interrupted -= moved.interrupted
    this.requested = moved.requests
    this.interrupted = moved.interrupted
    this.parent = null
  }

  /** Makes `owner` the owner of this frame and all below it. */
  giveTo(owner: FrameOwner): void {
    this.owner = owner
    for (let below = this.first; below !== null; below = below.after) {
      if (below instanceof Frame) below.giveTo(owner)
    }
  }

  /** Puts this frame and all below it under `root`; gives what moves with them. */
  #moveTo(root: Frame): { requests: number; interrupted: number } {
    this.root = root
    let { requests } = this
    let interrupted = this.undelivered === null ? 0 : 1
    for (let below = this.first; below !== null; below = below.after) {
      if (!(below instanceof Frame)) continue
      const moved = below.#moveTo(root)
      requests += moved.requests
      interrupted += moved.interrupted
    }
    return { requests, interrupted }
  }

  /**
   * Nothing is open below: the code runs, and will meet the request at its next await; or it
   * awaits something foreign. Which of the two shows once no microtask is left.
   */
  deliverLater(request: CancelRequest, told: boolean): void {
    this.forgiveLine()
    requestCount += 1
    const undelivered: Undelivered = { request, told, order: requestCount, holder: this }
    this.undelivered = undelivered
    this.root.interrupted += 1
    this.root.late = request
    const { loop } = this
    loop.hostOperations += 1
    const look = (): void => {
      loop.hostOperations -= 1
      if (loop.dead) return
      loop.wake()
      undelivered.holder?.leaveBehind(request)
    }
    const afterwards = (): void => host.microtask(() => host.afterMicrotasks(look))
    // An operation that was told may need the host once more before it gives up.
    const run = told ? () => host.macrotask(() => host.macrotask(afterwards)) : afterwards
    loop.schedule({ quiet: true, run })
  }

  /** A signal for host operations of this frame's line. */
  get signal(): HostAbortSignal | undefined {
    const trouble = this.#mark()
    trouble.controller ??= host.newAbortController()
    return trouble.controller?.signal
  }

  /** Aborts this frame's signal; true if somebody listened while the line was not running. */
  abortSignal(request: CancelRequest): boolean {
    const controller = this.#trouble?.controller
    if (this.#trouble === null || controller === undefined) return false
    this.#trouble.controller = undefined
    const told = host.isListenedTo(controller.signal) && !this.loop.inTurn(this)
    controller.abort(cancellation(request))
    return told
  }

  /** Gives up every line at or below this frame that awaits something foreign. */
  leaveBehind(request: CancelRequest): void {
    if (this.first !== null) {
      for (let below: Below | null = this.first; below !== null; ) {
        const next: Below | null = below.after
        if (below instanceof Frame) below.leaveBehind(request)
        below = next
      }
      return
    }
    // A frame without a boundary, as that of Context.run, cannot be told; the next one above can.
    let given: Frame = this
    while (given.boundary === null && given.parent !== null) given = given.parent
    const { boundary } = given
    given.boundary = null
    if (boundary === null) return
    given.giveUp("left behind")
    boundary.abandon(request)
  }

  /** Takes back what this frame holds for its line. */
  forgiveLine(): void {
    if (this.undelivered === null) return
    this.undelivered.holder = null
    this.undelivered = null
    this.root.interrupted -= 1
  }

  #held(): void {
    if ((this.loop.unheld -= 1) === 0) this.loop.becameQuiet()
  }

  #handUp(parent: Frame): void {
    parent.requests += this.requests
    const { undelivered } = this
    if (undelivered === null) return
    if (parent.undelivered !== null) {
      const older = parent.undelivered.order < undelivered.order ? parent : this
      older.forgiveLine()
      if (older === this) return
    }
    this.undelivered = null
    undelivered.holder = parent
    parent.undelivered = undelivered
  }
}

/** A frame for code that belongs to no task: it lends a loop and context variables, and cannot be awaited under. */
export function detachedFrame(loop: Scheduler, name: string, context: ContextValues): Frame {
  const frame = new Frame(loop, name, null, null, context)
  frame.ended = true
  return frame
}

/** Why code that outlived its loop cannot wait for anything. */
export function loopClosed(frame: Frame): Error {
  const request = frame.takeUndelivered()
  if (request !== null) return cancellation(request)
  return new RuntimeError(`the event loop of ${frame.owner?.label ?? "this code"} is closed, so nothing can be awaited on it`)
}

/** The frame of the code that runs now; it may have ended. Undefined outside any loop. */
export function currentFrame(): Frame | undefined {
  return host.store() as Frame | undefined // only this library sets the store, to a Frame
}
