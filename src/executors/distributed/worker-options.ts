/**
 * What can be said of a worker that serves jobs of other machines, checked.
 */
import { existsSync, statSync } from "node:fs"
import { hostname } from "node:os"
import { resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { bind } from "../../core/bind.ts"
import { checkFunction, checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import { FileNotFoundError, IsADirectoryError } from "../../errors/os-errors.ts"
import { PROCESSORS } from "../pool/pool-settings.ts"
import { queueSettings, type QueueOptions, type QueueSettings } from "./distributed-options.ts"
import { moduleName } from "./module-name.ts"
import type { WorkerEvent } from "./worker-event.ts"

/** How a `DistributedWorker` is made. */
export interface DistributedWorkerOptions extends QueueOptions {
  /** The modules whose exported functions are served: files, or names and files. */
  readonly modules: readonly (URL | string)[] | Readonly<Record<string, URL | string>>
  /** How many jobs run at a time, each in a thread; one for each processor by default. */
  readonly concurrency?: number | undefined
  /** Seconds that running jobs get at `shutdown`, before they are handed back; 10 by default. */
  readonly grace?: number | undefined
  /**
   * Seconds after which a job counts as lost whose worker does not tell that it is alive; 15 by
   * default. Another worker begins it within one and a third times that.
   */
  readonly lockDuration?: number | undefined
  /** How often a job may be lost with its worker before it is given up; 3 by default. */
  readonly maxLost?: number | undefined
  /** The most memory that the heap of one thread may take, in MiB. A job that needs more fails. */
  readonly memoryLimit?: number | undefined
  /** After so many jobs a thread is ended and replaced: for code that leaks. None by default. */
  readonly maxTasksPerChild?: number | undefined
  /** What the worker is called in statistics; the machine's name and the process's number by default. */
  readonly name?: string | undefined
  /** Is told what happens: for logs. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined
}

export interface WorkerSettings extends QueueSettings {
  /** The modules' addresses by their names. */
  readonly modules: ReadonlyMap<string, string>
  readonly concurrency: number
  readonly grace: number
  readonly lockDuration: number
  readonly maxLost: number
  readonly memoryLimit: number | undefined
  readonly maxTasksPerChild: number | undefined
  readonly name: string
  readonly onEvent: (event: WorkerEvent) => void
}

/** @throws TypeError or RangeError naming the option; FileNotFoundError for a module that is not there. */
export function workerSettings(options: DistributedWorkerOptions): WorkerSettings {
  const what = "DistributedWorker"
  const settings = queueSettings(options, what)
  const { concurrency = PROCESSORS, grace = 10, lockDuration = 15, maxLost = 3, memoryLimit, maxTasksPerChild, onEvent = () => undefined } = options
  const { name = `${hostname()}:${process.pid}` } = options
  checkInteger(concurrency, `concurrency of ${what}`, 1)
  checkSeconds(grace, `grace of ${what}`)
  checkSeconds(lockDuration, `lockDuration of ${what}`)
  if (!(lockDuration >= 0.1 && lockDuration <= 86_400)) throw new RangeError(`lockDuration of ${what} is from 0.1 seconds to a day, and not ${lockDuration}`)
  checkInteger(maxLost, `maxLost of ${what}`, 0)
  checkFunction(onEvent, `onEvent of ${what}`)
  if (typeof name !== "string" || name === "") throw new TypeError(`name of ${what} is a text, but ${describe(name)} was given`)
  return { ...settings, modules: served(options.modules, what), concurrency, grace, lockDuration, maxLost, memoryLimit, maxTasksPerChild, name, onEvent: bind(onEvent) }
}

function served(given: DistributedWorkerOptions["modules"], what: string): ReadonlyMap<string, string> {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`modules of ${what} is a list such as [new URL("./tasks.ts", import.meta.url)], but ${describe(given)} was given`)
  }
  const pairs = Array.isArray(given)
    ? given.map((file: URL | string) => [moduleName(file), file] as const)
    : Object.entries(given as Record<string, URL | string>).map(([name, file]) => [moduleName(name), file] as const)
  if (pairs.length === 0) throw new TypeError(`modules of ${what} is empty: name what is to be served`)
  const modules = new Map<string, string>()
  for (const [name, file] of pairs) {
    const address = moduleFile(file)
    const other = modules.get(name)
    if (other !== undefined && other !== address) {
      throw new TypeError(`two modules are called '${name}': ${fileURLToPath(other)} and ${fileURLToPath(address)}; give one another name, as in { ${name}2: … } or ${name}2=FILE`)
    }
    modules.set(name, address)
  }
  return modules
}

function moduleFile(given: URL | string): string {
  if (!(given instanceof URL) && (typeof given !== "string" || given === "")) throw new TypeError(`a module is named by its file, not by ${describe(given)}`)
  const text = String(given)
  const file = text.startsWith("file:") ? fileURLToPath(text) : resolve(text)
  if (!existsSync(file)) throw new FileNotFoundError(`cannot serve ${file}: there is no such file (ENOENT)`, { code: "ENOENT", path: file })
  if (statSync(file).isDirectory()) throw new IsADirectoryError(`cannot serve ${file}: it is a folder; name the file in it that exports the functions (EISDIR)`, { code: "EISDIR", path: file })
  return pathToFileURL(file).href
}
