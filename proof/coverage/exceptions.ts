/**
 * What no test runs, each with why. Most are of three kinds: what the types allow and an
 * invariant of the same file forbids; what only another engine does; and what is only there
 * to complete an interface.
 */
export interface Exception {
  /** Below `src/`. */
  readonly file: string
  /** A part of the line, so that it is found again when others come before it. */
  readonly code: string
  /** Which ways of that line; all, if left out. */
  readonly what?: readonly string[]
  readonly reason: string
}

const GOES_ON = ["?? never goes on"]
const ENGINE = "Stacks have this form in V8; in another engine they may not."
const OWNER = "A frame whose code runs on a loop has an owner; a frame without one is never awaited under."
const REPLACED = "The host puts its own `then` in this place when it is installed; the method is here for the types."
const INTERFACE = "The interface of what runs a task wants it; this kind of task is never asked."
const LINE = "A wait that stands in line or is interrupted hangs below a frame; those without one are given to promises."

export const EXCEPTIONS: readonly Exception[] = [
  { file: "core/async-function.ts", code: "const prototype", reason: "The function is there for its prototype." },
  { file: "core/body-coroutine.ts", code: "if (this.#frame !== null) this.#frame.code", what: ["if is never false"], reason: "Its frame is set before it runs." },
  { file: "core/body-coroutine.ts", code: "frame === undefined ? coroutine.run()", what: ["? is never taken"], reason: "Where bodies start within something, their frame is the store." },
  { file: "core/body-coroutine.ts", code: "if (above === null) return", reason: "A boundary is taken off its frame with the first request that gives it up." },
  { file: "core/body-coroutine.ts", code: "} catch (error) {", what: ["nothing is ever caught"], reason: "What returns has nothing to throw today; a coroutine that overrides `returned` may." },
  { file: "core/body-coroutine.ts", code: "outcome = error", reason: "As the catch round it." },
  { file: "core/body-coroutine.ts", code: 'how = "threw"', reason: "As the catch round it." },
  { file: "core/body-coroutine.ts", code: "function spent()", reason: "What stands in the place of a body that ran; the state of the coroutine keeps it from being called." },
  { file: "core/body-coroutine.ts", code: "new Error().stack", what: GOES_ON, reason: ENGINE },
  { file: "core/body-coroutine.ts", code: '"an unknown place"', what: GOES_ON, reason: ENGINE },
  { file: "core/cancellation.ts", code: "if (owner !== null) owner.onPath", what: ["if is never false"], reason: OWNER },
  { file: "core/cancellation.ts", code: "for (const step of found.splice(0)) step", reason: "Clean-up for the case that bringing a request throws, which nothing of it does." },
  { file: "core/cancellation.ts", code: "} else if (!target.onPath) {", what: ["if is never false"], reason: "A task is taken off the path before a second entry of it in the list has its turn." },
  { file: "core/coroutine.ts", code: "then<A = T, B = never>(", reason: REPLACED },
  { file: "core/coroutine.ts", code: "return this.#look(onFulfilled, onRejected, false)", reason: REPLACED },
  { file: "core/coroutine.ts", code: "if (looker.done()) continue", what: ["if is never true"], reason: "A look that is done has left the set." },
  { file: "core/deadlock.ts", code: "if (!(task instanceof Task)) continue", what: ["if is never true"], reason: "Only tasks register with a loop; their type stands above the scheduler's file." },
  { file: "core/event-loop.ts", code: "} catch {", reason: "Nobody is left to tell, not even a test." },
  { file: "core/fake-timers-clock.ts", code: "if (!(task instanceof Task)) continue", what: ["if is never true"], reason: "As in deadlock.ts." },
  { file: "core/frame.ts", code: "if (this.ended) return", what: ["if is never true"], reason: "Whoever ends a frame may come second; at present nobody does." },
  { file: "core/frame.ts", code: '?? "this code"', what: GOES_ON, reason: OWNER },
  { file: "core/frame.ts", code: "if (below instanceof Frame) below.leaveBehind", what: ["if is never false"], reason: "A wait that parks takes the request off its line, so below who holds one there are only frames." },
  { file: "core/future.ts", code: '?? "this code"', what: GOES_ON, reason: OWNER },
  { file: "core/future.ts", code: "then<A = T, B = never>(", reason: REPLACED },
  { file: "core/future.ts", code: "return this.#look(onFulfilled, onRejected, false)", reason: REPLACED },
  { file: "core/host-operation.ts", code: "if (this.#dropped) return false", what: ["if is never true"], reason: "A wait ends once." },
  { file: "core/operation.ts", code: "error ?? new CancelledError", what: GOES_ON, reason: "An operation that is to wait once more without a frame was woken with an error; the type does not say so." },
  { file: "core/place.ts", code: "if (this.#error !== undefined)", what: ["if is never false"], reason: "A stack is put into words once, and kept by whoever asked." },
  { file: "core/place.ts", code: "return own === undefined ? undefined", what: ["? is never taken"], reason: "Of a bundle, in which no line of a stack names this file." },
  { file: "core/scheduler.ts", code: "toString(): string {", reason: "The loop of the program overrides it; the scheduler alone is nobody's." },
  { file: "core/scheduler.ts", code: "callExceptionHandler(context: ExceptionContext): void {", reason: "The loop of the program overrides it; the scheduler alone is nobody's." },
  { file: "core/scheduler.ts", code: "if (this.turn === null && !this.#pumping) this.#pump(false)", what: ["if is never false"], reason: "Two entries can be on their way; the second finds a turn only where the first began one in the same microtask." },
  { file: "core/scheduler.ts", code: "if (!this.#active) return", what: ["if is never true"], reason: "The same: a loop that stopped between two entries." },
  { file: "core/scheduler.ts", code: "this.#began ?? NaN", what: GOES_ON, reason: "A tick that is asked for was written down, so a clock was read before." },
  { file: "core/stack.ts", code: "innermost === undefined ? []", what: ["? is never taken"], reason: "A stack has its own frame at least." },
  { file: "core/task.ts", code: "if (work !== undefined) this.code", what: ["if is never false"], reason: "The function is there until it is called, once." },
  { file: "core/task.ts", code: "bodyEnded(): void {", reason: INTERFACE },
  { file: "core/task.ts", code: "forgiveEarly(): number {", reason: INTERFACE },
  { file: "core/task.ts", code: "return withdraw(this.frame)", reason: INTERFACE },
  { file: "core/task.ts", code: "frame.owner?.id ?? 0", what: GOES_ON, reason: OWNER },
  { file: "core/task.ts", code: 'else if (why === "left behind") frame.loop.leftBehind', what: ["if is never false"], reason: "The frame of a task that stands for it has none above that could end before it." },
  { file: "core/task.ts", code: "if (frame !== this.frame || !unregister(this)) return", what: ["if is never true"], reason: "A task that stands for left code is told by that frame alone, and nobody sets its outcome." },
  { file: "core/task.ts", code: "function notCalled()", reason: "What stands in the place of a function for code that runs already." },
  { file: "core/trace.ts", code: "frame.owner?.id ?? 0", what: GOES_ON, reason: OWNER },
  { file: "core/wait.ts", code: "if (frame === null) return", reason: LINE },
  { file: "core/wait.ts", code: "if (wait.frame !== null) wait.frame.root.late = request", what: ["if is never false"], reason: LINE },
  { file: "tasks/event-iterator.ts", code: 'info.detail ?? ""', what: GOES_ON, reason: "Whatever listens for an event says which; the type is that of any wait." },
  { file: "tasks/event-iterator.ts", code: 'info.detail ?? "a source"', what: GOES_ON, reason: "Whatever listens for an event says which; the type is that of any wait." },
  { file: "tasks/next-line.ts", code: "return taken ?? waiting", what: GOES_ON, reason: "A wait that is woken without a frame finds what it was woken for." },
  { file: "tasks/runner.ts", code: 'frame.owner?.label ?? "a task"', what: GOES_ON, reason: OWNER },
]
