/**
 * What a test has left behind.
 */

import { brand } from "../errors/brand.ts"

/** Of what kind it is. */
export type LeakKind = "task" | "left behind" | "timer" | "coroutine" | "permit" | "resource" | "listener" | "handle"

/** One thing that was left behind. */
export interface Leak {
  readonly kind: LeakKind
  /** What it is, such as `task 'poller', which waits for: timer, 5 s left`. */
  readonly what: string
  /** Where it was made, as a line of a stack; nobody knows it of handles of the host's. */
  readonly place?: string | undefined
}

/** What is no leak: by its kind, by words in `what`, or as a function says. */
export type AllowedLeak = LeakKind | RegExp | ((leak: Leak) => boolean)

/** What to do about each kind. */
const REMEDIES: Readonly<Record<LeakKind, string>> = {
  task: "await it, cancel it and await it, or make it in a TaskGroup",
  "left behind": "await wrapFuture(promise) instead of the bare promise, or give what makes the promise task.signal",
  timer: "cancel() it",
  coroutine: "await it, or give it to createTask",
  permit: "release it, or take it with run(…), which does",
  resource: "close it, and await waitClosed()",
  listener: "take it off; of fromEvent: leave the loop over it, or await using events = fromEvent(…)",
  handle: "close, clear or unref it; the host does not tell where it was made",
}

/** A test has left something behind; the message names each, where it was made, and what to do. */
export class LeakError extends Error {
  declare readonly name: "LeakError"
  declare readonly code: "ERR_LEAK"
  /** What was left behind. */
  readonly leaks: readonly Leak[]

  static {
    brand(this, "LeakError", "ERR_LEAK")
  }

  constructor(leaks: readonly Leak[]) {
    const things = leaks.length === 1 ? "something" : `${leaks.length} things`
    super(`the test left ${things} behind; what is meant so goes into \`allow\`:\n${leaks.map(inWords).join("\n")}`)
    this.leaks = leaks
  }
}

function inWords({ kind, what, place }: Leak): string {
  return `  - ${what}${place === undefined ? "" : `\n      made ${place}`}\n      ${REMEDIES[kind]}`
}

/** Whether somebody has said that `leak` is meant so. */
export function isAllowed(leak: Leak, allow: readonly AllowedLeak[]): boolean {
  return allow.some((allowed) => {
    if (typeof allowed === "string") return allowed === leak.kind
    return allowed instanceof RegExp ? new RegExp(allowed).test(leak.what) : allowed(leak)
  })
}
