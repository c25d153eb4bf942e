import { statSync, watch as watchAtHost, type FSWatcher } from "node:fs"
import { join } from "node:path"
import { checkInteger, checkSeconds, describe } from "../../structures/arguments.ts"
import { Shown } from "../../structures/shown.ts"
import { osError } from "../../errors/os-errors.ts"
import { QueueFull } from "../../errors/queue-errors.ts"
import { runningLoop } from "../../core/ambient.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { Step, type TimerHandle } from "../../core/handle.ts"
import { NativePromise } from "../../core/native-promise.ts"
import type { Scheduler } from "../../core/scheduler.ts"
import { atRoot } from "../../host/node.ts"
import type { Overflow } from "../../tasks/event-iterator.ts"
import { NextLine, type LoopIterator } from "../../tasks/next-line.ts"
import { pathOf, quoted, type FilePath } from "./file-path.ts"

/** Something has happened to a file. */
export interface FileChange {
  /** `"changed"`: its content or its facts; `"renamed"`: it was made, removed, or got or lost this name. */
  readonly kind: "changed" | "renamed"
  readonly path: string
}

/** How a file or directory is watched. */
export interface WatchOptions {
  /** Also what is in the directories below; false by default. */
  readonly recursive?: boolean | undefined
  /** How many different changes may wait to be taken; 1,024 by default. */
  readonly buffer?: number | undefined
  /** What becomes of a change for which there is no room: `"error"` by default. */
  readonly overflow?: Overflow | undefined
  /** Seconds for which the changes after a first one are gathered, so that one save is one change; 0.05 by default. */
  readonly settle?: number | undefined
}

const OVERFLOWS: readonly unknown[] = ["error", "drop oldest", "drop newest"] satisfies Overflow[]

/** The changes of a file or directory, one after the other; made by `files.watch`. */
export class FileWatcher extends Shown implements AsyncIterable<FileChange, undefined, undefined>, AsyncIterator<FileChange, undefined, undefined> {
  // Invariants: the host watches exactly while the state is "open"; #changes has one entry for
  // each kind and path; #ready says whether they may be taken, and #timer is set while they wait for that.
  readonly path: string
  readonly #options: Required<{ [K in keyof WatchOptions]: NonNullable<WatchOptions[K]> }>
  readonly #changes = new Map<string, FileChange>()
  readonly #line: NextLine<FileChange>
  #state: "new" | "open" | "ended" = "new"
  #watcher: FSWatcher | null = null
  #loop: Scheduler | null = null
  #timer: TimerHandle | null = null
  #ready = false
  #isDirectory = false
  #failure: { readonly error: unknown } | null = null

  constructor(path: string, options: Required<{ [K in keyof WatchOptions]: NonNullable<WatchOptions[K]> }>) {
    super()
    this.path = path
    this.#options = options
    this.#line = new NextLine<FileChange>({
      info: { kind: "files.watch", detail: path },
      byHost: true,
      wanted: () => void this.open(),
      take: () => this.#take(),
      end: () => this.abandon(),
    })
  }

  toString(): string {
    return `<FileWatcher ${quoted(this.path)} [${this.#state}, changes:${this.#changes.size}]>`
  }

  /**
   * Begins to watch at once, instead of with the first `next`: what changes from here on is told.
   *
   * @throws FileNotFoundError, PermissionError or another OSError, with the path; RuntimeError
   * if no loop runs.
   */
  open(): this {
    if (this.#state !== "new") return this
    this.#loop = runningLoop("watch files")
    try {
      this.#isDirectory = statSync(this.path).isDirectory()
      const { recursive } = this.#options
      const watcher = atRoot(() => watchAtHost(this.path, { recursive, persistent: true }, (event, name) => this.#came(event, name)))
      watcher.on("error", (error) => this.#fail(osError(error, `cannot watch ${quoted(this.path)}`)))
      this.#watcher = watcher
    } catch (error) {
      this.#state = "ended"
      throw osError(error, `cannot watch ${quoted(this.path)}`)
    }
    this.#state = "open"
    this.#loop.resources.add(this)
    return this
  }

  /**
   * The next change, waiting for one if necessary.
   *
   * @throws what `open` throws; QueueFull once the buffer has overflowed and what it held is taken.
   * @throws CancelledError if the task is cancelled first; no change is lost.
   */
  next(): Coroutine<IteratorResult<FileChange, undefined>> {
    return this.#line.next()
  }

  /** Stops watching, and drops what is buffered. */
  return(): Promise<IteratorResult<FileChange, undefined>> {
    this.abandon()
    return NativePromise.resolve({ done: true, value: undefined })
  }

  /** For a loop: leaving it, also by a cancellation while it waits, ends this. */
  [Symbol.asyncIterator](): LoopIterator<FileChange> {
    return { next: () => this.#line.nextOfLoop(), return: () => this.return() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  /** The same for a loop that is closed. */
  abandon(): void {
    this.#changes.clear()
    this.#failure = null
    this.#end()
  }

  #came(event: string, name: string | null): void {
    if (this.#state !== "open") return
    const path = this.#isDirectory && name !== null ? join(this.path, name) : this.path
    const kind = event === "change" ? "changed" : "renamed"
    const key = `${kind}:${path}`
    // It is told already, and will be looked at after this.
    if (this.#changes.has(key)) return
    const { buffer, overflow } = this.#options
    if (this.#changes.size >= buffer) {
      if (overflow === "drop newest") return
      if (overflow === "error") {
        const advice = `take them faster, give a larger buffer, or say overflow: "drop oldest" or "drop newest"`
        this.#fail(new QueueFull(`${buffer} changes of ${quoted(this.path)} wait to be taken, and another came: ${advice}`))
        return
      }
      const [oldest] = this.#changes.keys()
      if (oldest !== undefined) this.#changes.delete(oldest)
    }
    this.#changes.set(key, { kind, path })
    this.#gather()
  }

  #gather(): void {
    const { settle } = this.#options
    const loop = this.#loop
    if (settle <= 0 || loop === null || this.#ready) {
      this.#ready = true
      this.#line.notify()
    } else {
      this.#timer ??= loop.scheduleAt(loop.clock.time() + settle, new Step("gathering changes", () => this.#settled()))
    }
  }

  #settled(): void {
    this.#timer = null
    this.#ready = true
    // One for each, since each wakes one in line.
    for (let left = Math.min(this.#changes.size, this.#line.size); left > 0; left -= 1) this.#line.notify()
  }

  #take(): IteratorResult<FileChange, undefined> | undefined {
    if (this.#ready || this.#state === "ended") {
      for (const [key, change] of this.#changes) {
        this.#changes.delete(key)
        this.#ready = this.#changes.size > 0
        return { done: false, value: change }
      }
    }
    if (this.#state !== "ended") return undefined
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure.error
    return { done: true, value: undefined }
  }

  #fail(error: unknown): void {
    if (this.#state === "ended") return
    this.#failure = { error }
    this.#end()
  }

  #end(): void {
    this.#state = "ended"
    this.#loop?.resources.delete(this)
    this.#watcher?.close()
    this.#watcher = null
    this.#timer?.cancel()
    this.#timer = null
    this.#line.notifyAll()
  }
}

/**
 * Watches a file or directory: `for await (const { kind, path } of files.watch("src"))`.
 *
 * It begins with the first step of the iteration; `watch(path).open()` begins at once. The
 * same change of the same file that nobody has taken yet is told once. Changes are told as
 * the host tells them; it may tell more than there were, so look at the file to know.
 * Leaving the iteration ends the watch; an iterator that is dropped watches until its loop
 * closes, and holds at most `buffer` changes.
 *
 * @throws TypeError or RangeError at the call for wrong arguments; see `FileWatcher.open`.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 *
 * await asyncio.run(() =>
 *   asyncio.files.temporaryDirectory().run(async (folder) => {
 *     const changes = asyncio.files.watch(folder).open()
 *     await asyncio.files.write(`${folder}/tea`, "Assam")
 *     for await (const { path } of changes) {
 *       console.log(path.replace(folder, "")) // -> /tea
 *       break
 *     }
 *   }),
 * )
 * ```
 */
export function watch(path: FilePath, options: WatchOptions = {}): FileWatcher {
  const { recursive = false, buffer = 1024, overflow = "error", settle = 0.05 } = options
  const watched = pathOf(path, "files.watch")
  checkInteger(buffer, "the buffer of files.watch", 1)
  checkSeconds(settle, "settle of files.watch")
  if (!OVERFLOWS.includes(overflow)) throw new TypeError(`overflow is one of ${OVERFLOWS.join(", ")}, not ${describe(overflow)}`)
  return new FileWatcher(watched, { recursive, buffer, overflow, settle })
}
