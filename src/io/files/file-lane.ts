/**
 * How many file operations the host works on at a time, and the order of those on one file.
 *
 * Node does file work on four threads, which all loops of a process share, so there is one
 * lane for all, and not one for each loop. 16 at a time keep the threads busy while results
 * travel; twice as many are no faster. All at once are (1,000 small files in two thirds of
 * the time), but large ones then run into the system's limit of open files.
 */
import { checkInteger } from "../../structures/arguments.ts"
import { Deque } from "../../structures/deque.ts"

/** What stands in a line. */
export interface Work {
  /** Begins; whoever called this is told by `leave` when it is over. */
  run(): void
  /** Whether nobody wants it any more, so that it need not begin. */
  readonly unwanted: boolean
  /** Its turn came when nobody wanted it any more. */
  skip?(): void
}

/** Invariant: #active counts the works that run and have not left; while any wait, it is the limit. */
export class Lane {
  #limit: number
  #active = 0
  readonly #waiting = new Deque<Work>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    this.#limit = limit
    this.#admit()
  }

  /** Whether whoever enters would run at once, before anybody else. */
  get idle(): boolean {
    return this.#active === 0 && this.#waiting.size === 0
  }

  /** How many run, and how many wait. */
  statistics(): { readonly active: number; readonly waiting: number } {
    return { active: this.#active, waiting: this.#waiting.size }
  }

  enter(work: Work): void {
    this.#waiting.push(work)
    this.#admit()
  }

  leave(): void {
    this.#active -= 1
    this.#admit()
  }

  #admit(): void {
    while (this.#active < this.#limit) {
      const work = this.#waiting.shift()
      if (work === undefined) return
      if (work.unwanted) {
        work.skip?.()
        continue
      }
      this.#active += 1
      work.run()
    }
  }
}

/** The lane of all file operations. */
export const fileLane = new Lane(16)

/**
 * Sets how many file operations the host works on at a time, for all loops of this thread;
 * 16 by default. More only pays with more threads of the host (`UV_THREADPOOL_SIZE`), or
 * where the disk is slow to answer.
 *
 * @throws RangeError below 1, TypeError for what is no whole number.
 *
 * @example
 * ```ts
 * import { files } from "asyncio-ts"
 *
 * files.setConcurrency(32)
 * console.log(files.concurrency()) // -> 32
 * ```
 */
export function setConcurrency(limit: number): void {
  checkInteger(limit, "the number of file operations at a time", 1)
  fileLane.limit = limit
}

/** How many file operations the host works on at a time. */
export function concurrency(): number {
  return fileLane.limit
}
