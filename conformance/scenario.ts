/**
 * A scenario as `oracle.py` writes it: objects, a program, and what CPython did with it.
 * See README.md beside this file for the meaning of each field.
 */

export type Value = number | string | boolean | null | readonly Value[]
export type Outcome = readonly [kind: string, ...rest: Value[]]
export type TraceEvent = readonly [ms: number, who: string, what: string, outcome?: Outcome]

type Label = string
export type LockKind = "lock" | "sem" | "bsem" | "cond"
export type When = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED"
export type Body = readonly Op[]
export type Part = readonly [label: Label, body: Body]

export interface Handlers {
  readonly cancelled?: Body
  readonly error?: Body
  readonly finally?: Body
  readonly reraise?: boolean
}

/** The operations that never suspend; they also run from callbacks. */
export type SyncOp =
  | readonly ["log", string]
  | readonly ["cancel", Label, string | null]
  | readonly ["cancelling" | "done", Label]
  | readonly ["done_callback", Label, string]
  | readonly ["set" | "clear", number]
  | readonly ["release" | "locked", LockKind, number]
  | readonly ["notify", number, number]
  | readonly ["put_nowait", number, number]
  | readonly ["get_nowait" | "task_done" | "qsize", number]
  | readonly ["shutdown", number, boolean]
  | readonly ["fut_result" | "fut_error", number, number]
  | readonly ["fut_cancel", number]
  | readonly ["fut_callback", number, string]
  | readonly ["call_soon", Op]
  | readonly ["call_later", number, Op]
  | readonly ["var_set", number]
  | readonly ["var_get"]
  | WideSyncOp

/** Those of them that only `wide.py` makes. */
type WideSyncOp =
  | readonly ["ev_is_set" | "notify_all" | "q_maxsize" | "b_state", number]
  | readonly ["fut_state" | "fut_get" | "fut_exception" | "fut_kinds", number]
  | readonly ["fut_new", number, boolean]
  | readonly ["fut_listen" | "fut_unlisten", number, number]
  | readonly ["fut_listen_in", number, number, number]
  | readonly ["fut_then", number, Op]
  | readonly ["task_then", Label, Op]
  | readonly ["task_listen" | "task_unlisten" | "task_set" | "task_fail", Label, number]
  | readonly ["task_get" | "task_exception" | "task_name" | "task_var" | "task_kinds", Label]
  | readonly ["task_rename", Label, string]
  | readonly ["current" | "everyone" | "factory" | "loop_state" | "time" | "exc_which"]
  | readonly ["loop_refuses", "close" | "run"]
  | readonly ["set_debug", boolean]
  | readonly ["call_at", number, Op]
  | readonly ["call_threadsafe", Op]
  | readonly ["call_soon_in", number, Op]
  | readonly ["call_later_in", number, number, Op]
  | readonly ["call_fail" | "exc_handler" | "eg_split" | "ctx_copy" | "ctx_get" | "var_pop", number]
  | readonly ["h_soon", number, Op]
  | readonly ["h_later" | "h_at", number, number, Op]
  | readonly ["h_cancel" | "h_state" | "h_var", number]
  | readonly ["exc_call", string]
  | readonly ["var_push", number, number]
  | readonly ["ctx_run", number, Op]

/** The operations that need a task. */
export type TaskOp =
  | readonly ["sleep" | "return" | "raise", number]
  | readonly ["call" | "spawn" | "tg_spawn", Label, Body]
  | readonly ["join" | "shield", Label]
  | readonly ["uncancel"]
  | readonly ["try", Body, Handlers]
  | readonly ["gather", readonly Part[], boolean]
  | readonly ["gather_tasks", readonly Label[], boolean]
  | readonly ["wait", readonly Label[], number | null, When]
  | readonly ["as_completed", readonly Label[], number | null]
  | readonly ["wait_for", Label, Body, number | null]
  | readonly ["wait_for_task", Label, number]
  | readonly ["timeout", number | null, Body]
  | readonly ["reschedule", number | null]
  | readonly ["taskgroup", Body]
  | readonly ["acquire", LockKind, number]
  | readonly ["with", LockKind, number, Body]
  | readonly ["ev_wait" | "cond_wait" | "get" | "q_join" | "b_wait" | "b_reset" | "b_abort" | "fut_await", number]
  | readonly ["put", number, number]
  | WideTaskOp

/** Those of them that only `wide.py` makes. */
type WideTaskOp =
  | readonly ["steps", limits: readonly (number | null)[], Body]
  | readonly ["spawn_in", Label, Body, number]
  | readonly ["loop_spawn" | "ensure" | "factory_spawn" | "shield_call", Label, Body]
  | readonly ["eager", Label, Body, "factory" | "task"]
  | readonly ["tg_cancel" | "when"]
  | readonly ["timeout_at", number | null, Body]
  | readonly ["sleep_value" | "cond_wait_for", number, number]
  | readonly ["with_barrier", number, Body]
  | readonly ["hold", LockKind, number, Body]
  | readonly ["fut_wait", readonly number[], number | null, When]
  | readonly ["fut_gather", readonly number[], boolean]
  | readonly ["fut_shield", number]
  | readonly ["fut_wait_for", number, number | null]
  | readonly ["each_completed", readonly Label[], number | null, number]
  | readonly ["agen", parts: readonly Body[], take: number, each: Body, last: Body]
  | readonly ["try_groups", Body, Body]

export type Op = SyncOp | TaskOp

/** The operation called `N`, with its arguments. */
export type OpOf<N extends Op[0]> = Named<Op, N>

// Extract would not find "set" in `["set" | "clear", number]`, which is one member of the union.
type Named<O extends Op, N> = O extends readonly [infer M, ...infer Rest]
  ? N extends M
    ? readonly [N, ...Rest]
    : never
  : never

export interface Objects {
  readonly locks?: number
  readonly sems?: readonly number[]
  readonly bsems?: readonly number[]
  readonly events?: number
  readonly conds?: number
  readonly barriers?: readonly number[]
  readonly queues?: readonly (readonly [kind: "fifo" | "lifo" | "prio", size: number])[]
  readonly futs?: number
}

export interface Scenario {
  readonly id: string
  readonly profile: string
  readonly objects: Objects
  readonly main: Body
  /** Bodies that a `Runner` runs one after the other, instead of `main`. */
  readonly runs?: readonly Part[]
  readonly trace: readonly TraceEvent[]
}

/** @throws SyntaxError if the line is not a scenario; the message says what is wrong with it. */
export function parseScenario(line: string): Scenario {
  let found: unknown
  try {
    found = JSON.parse(line)
  } catch (error) {
    throw new SyntaxError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof found !== "object" || found === null) throw new SyntaxError("a scenario is a JSON object")
  const scenario = found as Partial<Record<keyof Scenario, unknown>>
  if (typeof scenario.id !== "string") throw new SyntaxError('the scenario has no "id"')
  for (const key of ["main", "trace"] as const) {
    if (!Array.isArray(scenario[key])) throw new SyntaxError(`scenario ${scenario.id} has no list called "${key}"`)
  }
  if (typeof scenario.objects !== "object" || scenario.objects === null) {
    throw new SyntaxError(`scenario ${scenario.id} has no "objects"`)
  }
  // The operations are not looked through: one that the interpreter lacks fails its scenario.
  return found as Scenario
}
