/**
 * What a program looks like at one moment, as plain data that can be sent as JSON: the one model
 * under the tree, the table, the live page and the verdict.
 */

/** Where code stands. */
export interface SnapshotPlace {
  /** A file's URL or path, as the engine tells it. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The function, where the engine knows it. */
  readonly function?: string
  /**
   * `await`: the line of the await. `made`: where what it awaits was made. `code`: only where its
   * function begins, since the budget for lines was spent when it came to wait.
   */
  readonly of: "await" | "made" | "code"
}

/** A coroutine that has begun. */
export interface SnapshotFrame {
  readonly name: string
  readonly place?: SnapshotPlace
}

/** What one line of a task waits for. */
export interface SnapshotWait {
  /** Such as `Lock.acquire`; `promise` is anything that is not of this library. */
  readonly kind: string
  /** In plain words, such as `lock 'db', held by 'writer' for 3.1 s, 4th in line`. */
  readonly text: string
  /** Seconds since it came to wait. */
  readonly since: number
  /** Seconds until it ends by itself. */
  readonly left?: number
  /** The coroutines from the one that waits up to the task's own, innermost first. */
  readonly frames: readonly SnapshotFrame[]
  /** The tasks that it awaits, directly or through a gather, a wait or a group. */
  readonly awaits: readonly number[]
  /** The resource, by its `id`. */
  readonly resource?: number
  /** The tasks that have what it waits for. */
  readonly holders: readonly number[]
  /** Nothing but another task of this process can end it. */
  readonly internal: boolean
}

/** What a task does: `ready` has what it waited for and stands in line for the loop. */
export type SnapshotState = "not started" | "ready" | "running" | "waiting" | "left behind"

/** A task that is not done. */
export interface SnapshotTask {
  /** Unique in the process. */
  readonly id: number
  readonly name: string
  /** What its code is called: the coroutine, or the function. */
  readonly code: string
  /** The loop, by its `id`. */
  readonly loop: number
  /** The task whose code made it. */
  readonly parent?: number
  readonly state: SnapshotState
  /** Seconds since it was made. */
  readonly age: number
  /** Seconds in its state, as far as known. */
  readonly since?: number
  /** Seconds that its code ran, while somebody measured; and over how many seconds that was. */
  readonly cpu?: { readonly used: number; readonly over: number }
  /** Several where it awaits under `Promise.all` and the like; none while it runs or is ready. */
  readonly waits: readonly SnapshotWait[]
  /** The coroutines it is in, innermost first, also where it does not wait for anything of this library. */
  readonly frames: readonly SnapshotFrame[]
  /** Requests to cancel that nobody has withdrawn. */
  readonly cancelling?: { readonly requests: number; readonly by?: string; readonly why?: string }
  /** The tasks that await it. */
  readonly awaitedBy: readonly number[]
  /** The groups that it stands in, whose tasks it awaits at their end. */
  readonly scopes?: readonly { readonly kind: string; readonly tasks: readonly number[] }[]
  /** Somebody else may ask for its outcome: a done callback, or code that is no task's. */
  readonly listenedTo?: boolean
}

/** A lock, a queue and the like that somebody waits for or holds. */
export interface SnapshotResource {
  readonly id: number
  /** Such as `Lock`. */
  readonly kind: string
  readonly name: string
  /** As it prints itself, such as `locked, waiters:2`. */
  readonly state: string
  readonly holders: readonly number[]
  /** In line, first comes first. */
  readonly waiting: readonly number[]
  /** Of a queue: how many items it holds, and at most; Infinity is left out. */
  readonly depth?: number
  readonly capacity?: number
  /** The worker thread that it is in, by its `id`; missing for the main thread. */
  readonly thread?: number
}

/** A loop. */
export interface SnapshotLoop {
  readonly id: number
  readonly running: boolean
  /** `virtual` under the clock of tests. */
  readonly clock: "system" | "virtual"
  readonly debug: boolean
  readonly iterations: number
  /** Handles that can run now. */
  readonly ready: number
  readonly timers: number
  /** Operations that the host has to finish. */
  readonly hostOperations: number
  /** Of the timers, those that call code of the program. */
  readonly callbacks?: number
  /** The worker thread that it runs in, by its `id`; missing for the main thread. */
  readonly thread?: number
}

/** What is on the stack of a thread that does not come round. */
export interface SnapshotBlocked {
  /** The function of the program. */
  readonly function: string
  readonly place?: SnapshotPlace
  /** What it calls there, such as `fs.readFileSync`. */
  readonly call?: string
  /** For how long at least. */
  readonly seconds?: number
  /** What would help. */
  readonly advice?: string
}

/** A worker thread that uses the library, or that did not say whether it does. */
export interface SnapshotThread {
  /** Its `threadId`. */
  readonly id: number
  /** What its program calls it; empty if nothing. */
  readonly name: string
  readonly blocked?: SnapshotBlocked
  /** Why nothing is known of it, in one sentence. */
  readonly silent?: string
}

/** A pool of workers. */
export interface SnapshotPool {
  readonly name: string
  readonly kind: string
  readonly queued: number
  /** The worker thread that has it, by its `id`; missing for the main thread. */
  readonly thread?: number
  readonly workers: readonly { readonly label: string; readonly state: string; readonly job?: { readonly id: number; readonly name: string; readonly since: number } }[]
}

/** Tasks none of which can go on before another of them does. */
export interface SnapshotDeadlock {
  /** `certain`: they await each other. `suspected`: locks or queues are between, and the host might still act. */
  readonly how: "certain" | "suspected"
  readonly tasks: readonly number[]
  /** One sentence. */
  readonly text: string
  /** What is between them, such as locks. */
  readonly resources?: readonly number[]
}

/** What seems to be forgotten. */
export interface SnapshotLeak {
  readonly kind: "unawaited task" | "growing queue" | "listener" | "timer" | "left behind"
  readonly task?: number
  readonly resource?: number
  /** One sentence. */
  readonly text: string
}

/** A program at one moment. */
export interface Snapshot {
  readonly version: 1
  readonly pid: number
  readonly node: string
  /** The program's file. */
  readonly program: string
  /** When it was taken, as in ISO 8601. */
  readonly takenAt: string
  /** Seconds that the process runs. */
  readonly uptime: number
  /** Seconds that the program stood still for it. */
  readonly paused: number
  /** What keeps the process going, as the host calls it, such as `TCPServerWrap`. */
  readonly handles?: readonly string[]
  readonly loops: readonly SnapshotLoop[]
  readonly tasks: readonly SnapshotTask[]
  readonly resources: readonly SnapshotResource[]
  readonly pools: readonly SnapshotPool[]
  readonly deadlocks: readonly SnapshotDeadlock[]
  readonly leaks: readonly SnapshotLeak[]
  /** What runs now, where the program was found computing. */
  readonly blocked?: SnapshotBlocked
  /** The worker threads, where they were asked; the pools' are among `pools` too. */
  readonly threads?: readonly SnapshotThread[]
}
