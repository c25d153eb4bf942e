/**
 * The benches: how large each is, who takes part, and what asyncio-ts must reach.
 *
 * The work itself stands in `subjects/`, once per subject, under the same name.
 */

export type BenchName =
  | "switch"
  | "spawn-gather"
  | "taskgroup"
  | "queue"
  | "semaphore"
  | "timeout"
  | "work-queue"
  | "cancel"
  | "nested"
  | "coroutine"
  | "sleepers"
  | "tcp-echo"
  | "idle-connections"
  | "http-client"
  | "http-server"
  | "http-server-response"
  | "http-client-50"
  | "executor-speedup"
  | "executor-dispatch"
  | "executor-dispatch-16"
  | "executor-transfer"
  | "executor-map"
  | "executor-start"
  | "executor-after-runaway"
  | "recorder"
  | "recorder-http"

export type SubjectName =
  | "asyncio-ts"
  | "promises"
  | "promises-als"
  | "effect"
  | "effection"
  | "cpython"
  | "node"
  | "uvloop"
  | "undici"
  | "p-queue"
  | "piscina"
  | "piscina-copied"
  // Executors of this package, and programs without one; `-cold` is without a run before it.
  | "asyncio-ts-cold"
  | "threads"
  | "processes"
  | "processes-cold"
  | "grace"
  | "copied"
  | "coroutines"
  | "gather"
  | "cpython-pool"
  // This package with its flight recorder on.
  | "recorded"

/** What asyncio-ts must reach in a bench; another subject where it is named. */
export type Requirement = Aim & { readonly subject?: SubjectName }

type Aim =
  /** asyncio-ts takes at most `factor` times as long as `peer`. */
  | { readonly kind: "time-at-most"; readonly factor: number; readonly peer: SubjectName }
  /** `peer` takes at least `factor` times as long as asyncio-ts. */
  | { readonly kind: "times-faster"; readonly factor: number; readonly peer: SubjectName }
  /** The whole run takes at least `seconds`: the bench would show little otherwise. */
  | { readonly kind: "total-at-least"; readonly seconds: number }
  /** The whole run of asyncio-ts takes at most `seconds`. */
  | { readonly kind: "total-at-most"; readonly seconds: number }
  /** The peak memory of asyncio-ts is at most `factor` times that of `peer`. */
  | { readonly kind: "memory-at-most"; readonly factor: number; readonly peer: SubjectName }

export interface Bench {
  readonly name: BenchName
  /** The bench with whose name it is asked for as well. */
  readonly with?: BenchName
  readonly work: string
  /** What one operation is: figures are per operation. */
  readonly unit: string
  /** The number that a subject's program is given. */
  readonly size: number
  /** Operations for each of `size`; a program returns how many it did. */
  readonly opsPerSize: number
  /** Of subjects that are given less to do, so that they are done in time; figures are per operation. */
  readonly sizes?: { readonly [Name in SubjectName]?: number }
  /** The size of the run that goes first and is not timed; 0 for none. */
  readonly warmUpSize: number
  readonly subjects: readonly SubjectName[]
  readonly requirements: readonly Requirement[]
}

export const benches: readonly Bench[] = [
  {
    name: "switch",
    work: "two tasks, sleep(0) 200,000 times each",
    unit: "switch",
    size: 200_000,
    opsPerSize: 2,
    warmUpSize: 100_000,
    subjects: ["asyncio-ts", "promises", "promises-als", "effect", "effection", "cpython"],
    requirements: [
      { kind: "time-at-most", factor: 1.5, peer: "promises-als" },
      { kind: "time-at-most", factor: 2, peer: "promises" },
      { kind: "times-faster", factor: 10, peer: "cpython" },
      { kind: "times-faster", factor: 5, peer: "effect" },
    ],
  },
  {
    name: "spawn-gather",
    work: "gather of 100,000 coroutines with one sleep(0)",
    unit: "coroutine",
    size: 100_000,
    opsPerSize: 1,
    warmUpSize: 50_000,
    subjects: ["asyncio-ts", "promises", "promises-als", "effect", "effection", "cpython"],
    requirements: [
      { kind: "times-faster", factor: 4, peer: "cpython" },
      { kind: "times-faster", factor: 3, peer: "effect" },
      { kind: "times-faster", factor: 20, peer: "effection" },
    ],
  },
  {
    name: "taskgroup",
    work: "a group of 100,000 tasks that return at once",
    unit: "task",
    size: 100_000,
    opsPerSize: 1,
    warmUpSize: 50_000,
    subjects: ["asyncio-ts", "effect", "cpython"],
    requirements: [{ kind: "times-faster", factor: 6, peer: "cpython" }],
  },
  {
    name: "queue",
    work: "two queues of size 1, 100,000 round trips between two tasks",
    unit: "round trip",
    size: 100_000,
    opsPerSize: 1,
    warmUpSize: 50_000,
    subjects: ["asyncio-ts", "effect", "cpython"],
    requirements: [{ kind: "times-faster", factor: 5, peer: "cpython" }],
  },
  {
    name: "semaphore",
    work: "Semaphore(10), 1,000 tasks enter it 100 times each, sleep(0) inside",
    unit: "entry",
    size: 100,
    opsPerSize: 1_000,
    warmUpSize: 50,
    subjects: ["asyncio-ts", "effect", "cpython"],
    requirements: [{ kind: "times-faster", factor: 6, peer: "cpython" }],
  },
  {
    name: "timeout",
    work: "100,000 times timeout(10) round sleep(0)",
    unit: "timeout",
    size: 100_000,
    opsPerSize: 1,
    warmUpSize: 50_000,
    subjects: ["asyncio-ts", "effect", "cpython"],
    requirements: [{ kind: "times-faster", factor: 6, peer: "cpython" }],
  },
  {
    name: "cancel",
    work: "100,000 sleeping tasks created, cancelled, gathered",
    unit: "task",
    size: 100_000,
    opsPerSize: 1,
    warmUpSize: 50_000,
    subjects: ["asyncio-ts", "effect", "cpython"],
    requirements: [{ kind: "times-faster", factor: 5, peer: "cpython" }],
  },
  {
    name: "nested",
    work: "coroutines 50 deep, sleep(0) at the bottom, 20,000 times",
    unit: "descent",
    size: 20_000,
    opsPerSize: 1,
    warmUpSize: 10_000,
    subjects: ["asyncio-ts", "promises", "promises-als", "effect", "effection", "cpython"],
    requirements: [{ kind: "time-at-most", factor: 6, peer: "promises" }],
  },
  {
    name: "coroutine",
    work: "await a coroutine that returns at once, 1,000,000 times",
    unit: "call",
    size: 1_000_000,
    opsPerSize: 1,
    warmUpSize: 500_000,
    subjects: ["asyncio-ts", "promises", "promises-als", "effect", "effection", "cpython"],
    requirements: [{ kind: "time-at-most", factor: 8, peer: "promises" }],
  },
  {
    name: "work-queue",
    work: "a work queue of 100,000 jobs that return at once, 10 at a time",
    unit: "job",
    size: 100_000,
    opsPerSize: 1,
    warmUpSize: 50_000,
    subjects: ["asyncio-ts", "p-queue"],
    requirements: [{ kind: "time-at-most", factor: 1, peer: "p-queue" }],
  },
  {
    name: "sleepers",
    work: "100,000 coroutines with one sleep of 0 to 1 s, gathered",
    unit: "coroutine",
    size: 100_000,
    opsPerSize: 1,
    // One run is the work of a second, and a run before it would be in the peak memory.
    warmUpSize: 0,
    subjects: ["asyncio-ts", "promises", "promises-als", "effect", "cpython"],
    requirements: [
      { kind: "total-at-most", seconds: 1.3 },
      { kind: "memory-at-most", factor: 1.5, peer: "promises" },
    ],
  },
  {
    name: "tcp-echo",
    work: "50 connections, 1,000 lines of 1 KiB each there and back, client and server in one process",
    unit: "line",
    size: 1_000,
    opsPerSize: 50,
    warmUpSize: 500,
    subjects: ["asyncio-ts", "node", "cpython", "uvloop"],
    requirements: [
      { kind: "time-at-most", factor: 1.17, peer: "node" },
      { kind: "times-faster", factor: 2.5, peer: "cpython" },
      { kind: "times-faster", factor: 1, peer: "uvloop" },
    ],
  },
  {
    name: "idle-connections",
    work: "a server with 10,000 open connections, all answered; the clients in a second process",
    unit: "connection",
    size: 10_000,
    opsPerSize: 1,
    // A run before it would be in the peak memory.
    warmUpSize: 0,
    subjects: ["asyncio-ts", "node"],
    requirements: [{ kind: "memory-at-most", factor: 1.5, peer: "node" }],
  },
  {
    name: "http-client",
    work: "10,000 GETs of a small body, one after the other, from a server in a second process",
    unit: "request",
    size: 10_000,
    opsPerSize: 1,
    warmUpSize: 5_000,
    subjects: ["asyncio-ts", "undici"],
    requirements: [{ kind: "time-at-most", factor: 1.11, peer: "undici" }],
  },
  {
    name: "http-client-50",
    work: "20,000 GETs of a small body, 50 at a time, from a server in a second process",
    unit: "request",
    size: 20_000,
    opsPerSize: 1,
    warmUpSize: 5_000,
    subjects: ["asyncio-ts", "undici"],
    requirements: [{ kind: "time-at-most", factor: 1.11, peer: "undici" }],
  },
  {
    name: "http-server",
    work: "wrk on 64 connections, 150,000 requests answered with a FastResponse",
    unit: "request",
    size: 150_000,
    opsPerSize: 1,
    warmUpSize: 60_000,
    subjects: ["asyncio-ts", "node"],
    // 0.85 of its requests a second.
    requirements: [{ kind: "time-at-most", factor: 1.17, peer: "node" }],
  },
  {
    name: "http-server-response",
    work: "the same, answered with the platform's own Response",
    unit: "request",
    size: 150_000,
    opsPerSize: 1,
    warmUpSize: 60_000,
    subjects: ["asyncio-ts", "node"],
    requirements: [],
  },
  {
    name: "executor-speedup",
    work: "four sums of the squares of 80,000,000 numbers on two workers, checked against the closed formula",
    unit: "number",
    size: 80_000_000,
    opsPerSize: 4,
    warmUpSize: 2_000_000,
    sizes: { cpython: 8_000_000, "cpython-pool": 8_000_000 },
    subjects: ["asyncio-ts", "asyncio-ts-cold", "threads", "processes", "processes-cold", "coroutines", "gather", "cpython", "cpython-pool"],
    requirements: [
      // Each of the four takes a second.
      { kind: "total-at-least", seconds: 4, subject: "coroutines" },
      { kind: "times-faster", factor: 1.85, peer: "coroutines" },
      { kind: "times-faster", factor: 1.85, peer: "coroutines", subject: "threads" },
      { kind: "times-faster", factor: 1.85, peer: "coroutines", subject: "processes" },
    ],
  },
  {
    name: "executor-dispatch",
    work: "20,000 calls of a module's function that returns at once, one after the other, two workers",
    unit: "job",
    size: 20_000,
    opsPerSize: 1,
    warmUpSize: 10_000,
    subjects: ["asyncio-ts", "processes", "piscina"],
    requirements: [{ kind: "time-at-most", factor: 1.25, peer: "piscina" }],
  },
  {
    name: "executor-dispatch-16",
    work: "50,000 such calls, 16 at a time",
    unit: "job",
    size: 50_000,
    opsPerSize: 1,
    warmUpSize: 20_000,
    subjects: ["asyncio-ts", "processes", "piscina"],
    requirements: [{ kind: "time-at-most", factor: 1.25, peer: "piscina" }],
  },
  {
    name: "executor-transfer",
    work: "64 MiB to a worker and back, moved and copied: the median of 100 round trips",
    unit: "round trip",
    size: 100,
    opsPerSize: 1,
    warmUpSize: 50,
    sizes: { copied: 20, "piscina-copied": 20 },
    subjects: ["asyncio-ts", "copied", "piscina", "piscina-copied"],
    requirements: [
      { kind: "time-at-most", factor: 1.25, peer: "piscina" },
      { kind: "times-faster", factor: 20, peer: "copied" },
    ],
  },
  {
    name: "executor-map",
    work: "map over 1,000,000 numbers, in order, two workers; piscina one by one, 16 at a time",
    unit: "item",
    size: 1_000_000,
    opsPerSize: 1,
    warmUpSize: 100_000,
    subjects: ["asyncio-ts", "processes", "piscina"],
    requirements: [{ kind: "times-faster", factor: 5, peer: "piscina" }],
  },
  {
    name: "executor-start",
    work: "a new pool, to the result of its first job, 20 times",
    unit: "first result",
    size: 20,
    opsPerSize: 1,
    warmUpSize: 2,
    subjects: ["asyncio-ts", "processes", "piscina", "node"],
    requirements: [],
  },
  {
    name: "executor-after-runaway",
    work: "from the cancellation of an endless loop to the result of the next job of its only worker, 10 times; with grace 0, and by default (0.1 s)",
    unit: "result",
    size: 10,
    opsPerSize: 1,
    warmUpSize: 1,
    subjects: ["asyncio-ts", "grace", "processes", "piscina"],
    requirements: [],
  },
  {
    name: "recorder",
    work: "the work of `switch` with a flight recorder on, and without",
    unit: "switch",
    size: 200_000,
    opsPerSize: 2,
    warmUpSize: 100_000,
    subjects: ["asyncio-ts", "recorded"],
    requirements: [{ kind: "time-at-most", factor: 1.03, peer: "asyncio-ts", subject: "recorded" }],
  },
  {
    name: "recorder-http",
    with: "recorder",
    work: "the work of `http-server` with a flight recorder on, and without",
    unit: "request",
    size: 150_000,
    opsPerSize: 1,
    warmUpSize: 60_000,
    subjects: ["asyncio-ts", "recorded"],
    requirements: [{ kind: "time-at-most", factor: 1.01, peer: "asyncio-ts", subject: "recorded" }],
  },
]

/** The bench a tenth as large, for a quick look. */
export function shrunk(bench: Bench): Bench {
  const { size, warmUpSize, sizes } = bench
  const tenth = (whole: number): number => Math.ceil(whole / 10)
  const less = Object.entries(sizes ?? {}).map(([name, whole]) => [name, tenth(whole)])
  return { ...bench, size: tenth(size), warmUpSize: tenth(warmUpSize), ...(sizes !== undefined && { sizes: Object.fromEntries(less) }) }
}

/** What a subject is given to do in a bench. */
export function sizeFor({ size, sizes }: Bench, subject: SubjectName): number {
  return sizes?.[subject] ?? size
}
