/**
 * How a pool is made up, checked once.
 */
import { availableParallelism } from "node:os"
import { checkFunction, checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import type { WireWork } from "../wire/messages.ts"
import type { Transferable } from "../wire/transfer.ts"
import { refusal } from "../wire/uncloneable.ts"
import type { CancelMode } from "./job.ts"

/** How a pool of workers is made up. Sizes are numbers of workers, times are seconds. */
export interface WorkerPoolOptions {
  /** How many workers there may be. Default: one for each processor; for `ThreadPoolExecutor` 4 more, at most 32. */
  readonly maxWorkers?: number | undefined
  /** How many are kept when there is nothing to do; 0 by default. */
  readonly minWorkers?: number | undefined
  /** Seconds after which a worker that has nothing to do is ended; 30 by default, `Infinity` never. */
  readonly idleTimeout?: number | undefined
  /** After so many jobs a worker is ended and replaced: for code that leaks. None by default. */
  readonly maxTasksPerChild?: number | undefined
  /**
   * The most memory that the heap of one worker may take, in MiB. A worker that needs more dies, and
   * with it its job only; buffers do not count. From Node 24 on a thread that takes large pieces very
   * fast may get past its limit, or take the program with it: what may do so belongs in a process.
   */
  readonly memoryLimit?: number | undefined
  /** Runs in each worker before its first job, such as a function that opens a model. */
  readonly initializer?: ((...args: never[]) => unknown) | undefined
  /** What the initializer is called with. */
  readonly initargs?: readonly unknown[] | undefined
  /** What becomes of a job whose wait is cancelled; see `ExecutionOptions.cancel`. */
  readonly cancel?: CancelMode | undefined
  /** Seconds that a cancelled job gets to end by itself; see `ExecutionOptions.grace`. */
  readonly grace?: number | undefined
  /** What the workers' environment is; by default a copy of this process's. */
  readonly env?: Record<string, string | undefined> | undefined
  /** Options of Node for the workers, beside those of this process. */
  readonly execArgv?: readonly string[] | undefined
  /** What the pool is called where it is shown. */
  readonly name?: string | undefined
}

/** The same with nothing left open. */
export interface PoolSettings {
  readonly name: string
  readonly maxWorkers: number
  readonly minWorkers: number
  readonly idleTimeout: number
  readonly maxTasksPerChild: number
  readonly memoryLimit: number | undefined
  readonly initializer: { readonly work: WireWork; readonly args: readonly unknown[]; readonly name: string } | undefined
  readonly cancel: CancelMode
  readonly grace: number
  readonly env: Record<string, string | undefined> | undefined
  readonly execArgv: readonly string[]
}

/** What a kind of pool has where its caller says nothing. */
export interface PoolDefaults {
  readonly name: string
  readonly maxWorkers: number
  readonly cancel: CancelMode
}

const IDLE_TIMEOUT = 30
const GRACE = 0.1

/** @throws TypeError or RangeError naming the option. */
export function poolSettings(
  options: WorkerPoolOptions,
  defaults: PoolDefaults,
  kind: Copying,
  toWork: ToWork,
): PoolSettings {
  if (typeof options !== "object" || options === null) throw new TypeError(`a pool takes options, such as { maxWorkers: 2 }, not ${describe(options)}`)
  const { name = defaults.name, maxWorkers = defaults.maxWorkers, minWorkers = 0, idleTimeout = IDLE_TIMEOUT } = options
  const { maxTasksPerChild = Infinity, memoryLimit, initializer, initargs = [], cancel = defaults.cancel, grace = GRACE, env, execArgv = [] } = options
  checkInteger(maxWorkers, "maxWorkers", 1)
  checkInteger(minWorkers, "minWorkers", 0)
  if (minWorkers > maxWorkers) throw new RangeError(`minWorkers is ${minWorkers}, more than maxWorkers, ${maxWorkers}`)
  checkSeconds(idleTimeout, "idleTimeout")
  if (maxTasksPerChild !== Infinity) checkInteger(maxTasksPerChild, "maxTasksPerChild", 1)
  if (typeof name !== "string") throw new TypeError(`name is a string, but ${describe(name)} was given`)
  if (memoryLimit !== undefined && !(Number.isFinite(memoryLimit) && memoryLimit > 0)) throw new RangeError(`memoryLimit is a number of MiB above 0, but ${describe(memoryLimit)} was given`)
  checkCancel(cancel)
  checkSeconds(grace, "grace")
  if (!Array.isArray(execArgv) || !execArgv.every((option) => typeof option === "string")) {
    throw new TypeError(`execArgv is a list of options of Node, such as ["--expose-gc"], but ${describe(execArgv)} was given`)
  }
  if (env !== undefined && (typeof env !== "object" || env === null)) throw new TypeError(`env is an object of variables, such as { ...process.env, TZ: "UTC" }, but ${describe(env)} was given`)
  return {
    name,
    maxWorkers,
    minWorkers,
    idleTimeout,
    maxTasksPerChild,
    memoryLimit,
    initializer: initializer === undefined ? undefined : initializerOf(initializer, initargs, kind, toWork),
    cancel,
    grace,
    env,
    execArgv,
  }
}

/** What of a kind of worker is needed here. */
interface Copying {
  readonly noun: string
  copy<T>(value: T, transfer: readonly Transferable[]): T
}

type ToWork = (fn: (...args: never[]) => unknown) => { readonly work: WireWork; readonly name: string }

function initializerOf(initializer: (...args: never[]) => unknown, initargs: readonly unknown[], kind: Copying, toWork: ToWork): PoolSettings["initializer"] {
  checkFunction(initializer, "initializer")
  if (!Array.isArray(initargs)) throw new TypeError(`initargs is a list of arguments for the initializer, but ${describe(initargs)} was given`)
  const { work, name } = toWork(initializer)
  try {
    // Every worker gets them as they are now, also one that is started much later.
    return { work, name, args: kind.copy(initargs as readonly unknown[], []) } // an array, checked above
  } catch (error) {
    throw refusal(`cannot send initargs to a ${kind.noun}`, initargs, error, { boundary: kind.noun === "process" ? "process" : "thread" })
  }
}

/** @throws TypeError unless it is one of the three. */
export function checkCancel(cancel: unknown): void {
  if (cancel === "terminate" || cancel === "abandon" || cancel === "wait") return
  throw new TypeError(`cancel is "terminate", "abandon" or "wait", but ${describe(cancel)} was given`)
}

/** How many computations run at once. */
export const PROCESSORS = availableParallelism()
