/** A second of a program that one can reckon with in one's head. */
import type { Recording } from "#src/inspect/recording.ts"

/** Where `lock.acquire` below stands: this line. */
export const PLACE = `main (${import.meta.url}:5:14)`

/**
 * `main` makes `child` and waits for it until 0.5, for the lock from 0.5 to 0.9, which `child` held, and ends at 1;
 * `other` is cancelled at 0.7; the loop is blocked from 0.2 to 0.25, and a worker has a job from 0.3 to 0.4.
 */
export const SMALL: Recording = {
  version: 1,
  dropped: 3,
  taken: 11,
  tasks: [
    { id: 7, name: "main", code: "main", loop: 1, leftBehind: false },
    { id: 8, name: "child </script>", code: "load", loop: 1, leftBehind: false, parent: 7 },
    { id: 9, name: "other", code: "poll", loop: 1, leftBehind: false, parent: 7 },
  ],
  events: [
    { kind: "created", task: 7, time: 10 },
    { kind: "resumed", task: 7, time: 10.05 },
    { kind: "created", task: 8, time: 10.06 },
    { kind: "created", task: 9, time: 10.07 },
    { kind: "parked", task: 7, time: 10.1, on: "Task", detail: "task 'child'", place: PLACE, awaits: [8] },
    { kind: "resumed", task: 8, time: 10.1 },
    { kind: "parked", task: 8, time: 10.28, on: "WorkerPool.run", detail: "worker job #1" },
    { kind: "resumed", task: 9, time: 10.29 },
    { kind: "parked", task: 9, time: 10.3, on: "sleep", detail: "5 s" },
    { kind: "ready", task: 8, time: 10.4 },
    { kind: "resumed", task: 8, time: 10.41 },
    { kind: "done", task: 8, time: 10.5, how: "returned" },
    { kind: "ready", task: 7, time: 10.5, by: 8 },
    { kind: "resumed", task: 7, time: 10.51 },
    { kind: "parked", task: 7, time: 10.52, on: "Lock.acquire", detail: "lock 'db', held by 'other'", place: PLACE },
    { kind: "cancel requested", task: 9, time: 10.7, by: "task 'main'", why: "no longer needed" },
    { kind: "ready", task: 9, time: 10.7 },
    { kind: "resumed", task: 9, time: 10.71 },
    { kind: "done", task: 9, time: 10.72, how: "cancelled", reason: "cancelled by task 'main': no longer needed" },
    { kind: "ready", task: 7, time: 10.9, by: 9 },
    { kind: "resumed", task: 7, time: 10.9 },
    { kind: "done", task: 7, time: 11, how: "returned" },
  ],
  callbacks: [{ loop: 1, name: "onData", from: 10.6, to: 10.61 }],
  pauses: [{ kind: "blocked", from: 10.2, to: 10.25, what: "parsePrices", place: "parsePrices (file:///shop/prices.ts:9:20)", advice: "it belongs in a worker" }],
  pools: {
    workers: [{ id: 1, pool: "images", label: "thread 1", started: 10.1, ready: 10.15 }],
    jobs: [{ id: 1, name: "resize", task: 8, queued: 10.28, begun: 10.3, ended: 10.4, how: "returned", worker: 1 }],
    dropped: 0,
    loops: [1],
  },
}

/** The rows of its page, from the top. */
export const ROWS = ["Blocked", "Callbacks", "main", "child </script>", "other", "images", "thread 1"]
