import type { Mutant } from "./sandbox.ts"

/** A mutant that no test can notice, because the changed program does the same, but for the work or the memory it takes. */
export interface Equivalent extends Pick<Mutant, "file" | "text" | "column" | "original" | "replacement"> {
  readonly why: string
}

export const EQUIVALENT: readonly Equivalent[] = [
  ...inFile("src/sync/event.ts", "while the flag is up, nobody in line is pending: there is nobody to wake", [
    ["if (this.#set) return", 4, "this.#set", "false"],
  ]),
  ...inFile("src/sync/primitive.ts", "goes through those that are gone one primitive later", [
    ["if (remembered.size < sweepAt) return", 4, "remembered.size < sweepAt", "remembered.size <= sweepAt"],
  ]),
  ...inFile("src/sync/queue.ts", "equal items come in no particular order", [
    ["return (a as number) < (b as number) ? -1 : (b as number) < (a as number) ? 1 : 0", 7, "(a as number) < (b as number)", "a as number <= (b as number)"],
    ["return (a as number) < (b as number) ? -1 : (b as number) < (a as number) ? 1 : 0", 44, "(b as number) < (a as number)", "true"],
    ["return (a as number) < (b as number) ? -1 : (b as number) < (a as number) ? 1 : 0", 44, "(b as number) < (a as number)", "b as number <= (a as number)"],
  ]),
  ...inFile("src/sync/semaphore.ts", "no holder is undefined", [
    ["const at = task === undefined ? -1 : holders.indexOf(task)", 11, "task === undefined", "false"],
  ]),
  ...inFile("src/sync/semaphore.ts", "the compiler asks for the check: who takes a permit has a frame, and that an owner", [
    ["if (this.#holders.length < REMEMBERED && frame !== null && frame.owner !== null) this.#holders.push(frame.owner.id)", 41, "frame !== null", "true"],
    ["if (this.#holders.length < REMEMBERED && frame !== null && frame.owner !== null) this.#holders.push(frame.owner.id)", 59, "frame.owner !== null", "true"],
  ]),
  ...inFile("src/sync/semaphore.ts", "only work: without holders there is none to take out", [
    ["if (this.#holders.length > 0) this.#gaveBack(currentFrame()?.owner?.id)", 4, "this.#holders.length > 0", "true"],
    ["if (this.#holders.length > 0) this.#gaveBack(currentFrame()?.owner?.id)", 4, "this.#holders.length > 0", "this.#holders.length >= 0"],
  ]),
  ...inFile("src/sync/semaphore.ts", "sets what is so already", [
    ["if (this.#permits > this.#all) this.#all = this.#permits", 4, "this.#permits > this.#all", "this.#permits >= this.#all"],
  ]),
  ...inFile("src/tasks/gather.ts", "a child has ended, so there is a last one", [
    ["else this.#fail(last?.cancelled() ? last[takeCancelledError]() : cancelledWith(last?.[cancelMessage]))", 16, "last?.cancelled", "last.cancelled"],
    ["else this.#fail(last?.cancelled() ? last[takeCancelledError]() : cancelledWith(last?.[cancelMessage]))", 79, "last?.[cancelMessage]", "last[cancelMessage]"],
  ]),
  ...inFile("src/tasks/gather.ts", "only work: nobody looks for a function in the map", [
    ["if (!isFunction) known?.set(item, child)", 4, "!isFunction", "true"],
  ]),
  ...inFile("src/tasks/gather.ts", "only work: the map of what was given before is made earlier or later, with the same in it", [
    ["if (!isFunction && !isUnstarted(item)) known ??= new Map(children.map((child, index) => [items[index], child]))", 4, "!isFunction && !isUnstarted(item)", "true"],
    ["if (!isFunction && !isUnstarted(item)) known ??= new Map(children.map((child, index) => [items[index], child]))", 4, "!isFunction && !isUnstarted(item)", "!isFunction || !isUnstarted(item)"],
    ["if (!isFunction && !isUnstarted(item)) known ??= new Map(children.map((child, index) => [items[index], child]))", 19, "!isUnstarted(item)", "isUnstarted(item)"],
    ["if (isUnstarted(item)) known ??= new Map(children.map((child, index) => [items[index], child]))", 4, "isUnstarted(item)", "true"],
    ["function isUnstarted(item: unknown): boolean {", 45, "{ …", "{}"],
    ["return item instanceof Coroutine && item.unstarted", 7, "item instanceof Coroutine && item.unstarted", "true"],
    ["return item instanceof Coroutine && item.unstarted", 7, "item instanceof Coroutine && item.unstarted", "false"],
    ["return item instanceof Coroutine && item.unstarted", 7, "item instanceof Coroutine && item.unstarted", "item instanceof Coroutine || item.unstarted"],
  ]),
  ...inFile("src/tasks/task-group.ts", "a group without children and frame asks nobody, and what it asks while it ends is withdrawn at its end", [
    ["else if (this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)) {", 9, "this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)", "true"],
    ["else if (this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)) {", 9, "this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)", "this.#state !== \"finished\" || !(this.#state === \"draining\" && this.#children.size === 0)"],
    ["else if (this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)) {", 9, "this.#state !== \"finished\"", "true"],
    ["else if (this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)) {", 25, "\"finished\"", "\"\""],
    ["else if (this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)) {", 41, "this.#state === \"draining\" && this.#children.size === 0", "false"],
    ["else if (this.#state !== \"finished\" && !(this.#state === \"draining\" && this.#children.size === 0)) {", 57, "\"draining\"", "\"\""],
  ]),
  ...inFile("src/tasks/task-group.ts", "closing a coroutine that has started does nothing", [
    ["if (work instanceof Coroutine && work.unstarted) work[close]()", 4, "work instanceof Coroutine && work.unstarted", "work instanceof Coroutine || work.unstarted"],
  ]),
  ...inFile("src/tasks/task-group.ts", "only memory: what is not stopped finds ready done, and does nothing", [
    ["} finally {", 10, "{ …", "{}"],
    ["ended.stop()", 0, "ended.stop()", ";"],
  ]),
  ...inFile("src/tasks/task-group.ts", "only work: woken too early, the group waits again", [
    ["if (this.#children.size === 0 && this.#drained !== null && !this.#drained.done()) this.#drained[returnWith]()", 4, "this.#children.size === 0", "true"],
  ]),
  ...inFile("src/tasks/task-group.ts", "the body takes no arguments", [
    ["return new BodyCoroutine(\"TaskGroup.start\", () => this.#start(work, options), undefined, [])", 89, "[]", "[\"Stryker was here\"]"],
    ["super(\"TaskGroup\", body, undefined, [])", 36, "[]", "[\"Stryker was here\"]"],
  ]),
  ...inFile("src/tasks/task-group.ts", "the compiler asks for the check; nothing comes there without it", [
    ["if (this.#state !== \"created\" || frame === undefined) {", 33, "frame === undefined", "false"],
    ["if (this.#askedItself || this.#frame === null) return", 25, "this.#frame === null", "false"],
  ]),
  ...inFile("src/tasks/timeouts.ts", "a deadline that is null is removed, and there was none", [
    ["if (this.#when !== null) this.reschedule(this.#when)", 4, "this.#when !== null", "true"],
  ]),
  ...inFile("src/tasks/timeouts.ts", "no error is made for no request", [
    ["const first = this.#pendingBefore !== null && CancelledError.madeFor(failure.error, this.#pendingBefore)", 14, "this.#pendingBefore !== null", "true"],
  ]),
  ...inFile("src/tasks/timeouts.ts", "one that does not raise has no message to tell its delay in", [
    ["return new Timeout(deadline(delay, \"the delay of moveOnAfter\"), false, delay ?? null)", 71, "delay ?? null", "delay && null"],
  ]),
  ...inFile("src/tasks/timeouts.ts", "the body takes no arguments", [
    ["super(\"timeout\", body, undefined, [])", 34, "[]", "[\"Stryker was here\"]"],
  ]),
  ...inFile("src/tasks/timeouts.ts", "the compiler asks for the check; nothing comes there without it", [
    ["if (this.#state !== \"active\" || this.#frame === null) {", 32, "this.#frame === null", "false"],
  ]),
]

type Where = readonly [text: string, column: number, original: string, replacement: string]

function inFile(file: string, why: string, mutants: readonly Where[]): Equivalent[] {
  return mutants.map(([text, column, original, replacement]) => ({ file, text, column, original, replacement, why }))
}
