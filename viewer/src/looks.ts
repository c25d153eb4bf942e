/** What a span is drawn as: a task's state, and of its waits what they are for. */

export const READY = 0
export const RUNNING = 1
export const TIMER = 2
export const LOCK = 3
export const QUEUE = 4
export const IO = 5
export const TASK = 6
export const WORKER = 7
export const FOREIGN = 8
export const OTHER = 9
export const LEFT_BEHIND = 10
export const STARTING = 11
export const IDLE = 12
export const JOB = 13
export const CALLBACK = 14
export const BLOCKED = 15
export const COLLECTION = 16

export interface Look {
  /** In the legend and in what is told of a span. */
  readonly name: string
  /** Names its colour in the style sheet, as in `--timer`. */
  readonly color: string
  /** `full`: code runs. `thin`: it waits. `striped`: it could run. */
  readonly shape: "full" | "thin" | "striped"
}

export const LOOKS: readonly Look[] = [
  { name: "ready", color: "ready", shape: "striped" },
  { name: "running", color: "running", shape: "full" },
  { name: "a timer", color: "timer", shape: "thin" },
  { name: "a lock", color: "lock", shape: "thin" },
  { name: "a queue", color: "queue", shape: "thin" },
  { name: "input or output", color: "io", shape: "thin" },
  { name: "a task", color: "task", shape: "thin" },
  { name: "a worker", color: "worker", shape: "thin" },
  { name: "a foreign promise", color: "foreign", shape: "thin" },
  { name: "something else", color: "other", shape: "thin" },
  { name: "left behind", color: "left", shape: "thin" },
  { name: "starting", color: "idle", shape: "thin" },
  { name: "idle", color: "idle", shape: "thin" },
  { name: "job", color: "running", shape: "full" },
  { name: "callback", color: "running", shape: "full" },
  { name: "blocked", color: "blocked", shape: "full" },
  { name: "collecting garbage", color: "collection", shape: "full" },
]

/** The waits of the legend. */
export const WAITS = [TIMER, LOCK, QUEUE, IO, TASK, WORKER, FOREIGN, OTHER] as const

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/^(sleep|timer|delay|at|after|every)\b/i, TIMER],
  [/^(promise|foreign)/i, FOREIGN],
  [/queue|channel|^(get|put)\b|mailbox|pubsub|subject/i, QUEUE],
  [/lock|semaphore|condition|event(?!Emitter)|barrier|mutex|latch|limiter|capacity/i, LOCK],
  [/^(task|gather|wait|waitFor|shield|asCompleted|future|coroutine|group|race|all)\b|task ?group|runner/i, TASK],
  [/worker|job|pool|thread|executor/i, WORKER],
  [/socket|stream|read|write|drain|file|process|http|fetch|connect|server|accept|transport|dns|datagram|postgres|query|redis|signal|host|body|response|request/i, IO],
]

/** What a wait is for, by its kind, such as `Lock.acquire`. */
export function waitLook(kind: string): number {
  return CLASSES.find(([pattern]) => pattern.test(kind))?.[1] ?? OTHER
}

/** Whether code runs in it. */
export function isBusy(look: number): boolean {
  return LOOKS[look]?.shape === "full"
}
