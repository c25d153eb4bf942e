/**
 * A read-write lock from public parts: any number of readers, or one writer. A writer who
 * waits keeps new readers out, so writers are not starved.
 */
import * as asyncio from "asyncio-ts"

export class ReadWriteLock {
  // Invariants: #writing implies #readers is 0; #writersWaiting counts the writers between
  // their arrival and their turn. All three change only under #changed's lock.
  readonly #changed = new asyncio.Condition()
  #readers = 0
  #writing = false
  #writersWaiting = 0

  /** Runs `body` together with other readers. */
  read<T>(body: () => Promise<T>): asyncio.Coroutine<T> {
    return this.#between(body, this.#enterRead, this.#leaveRead)
  }

  /** Runs `body` alone. */
  write<T>(body: () => Promise<T>): asyncio.Coroutine<T> {
    return this.#between(body, this.#enterWrite, this.#leaveWrite)
  }

  statistics(): { readers: number; writing: boolean; writersWaiting: number } {
    return { readers: this.#readers, writing: this.#writing, writersWaiting: this.#writersWaiting }
  }

  #between<T>(body: () => Promise<T>, enter: () => Promise<void>, leave: () => void): asyncio.Coroutine<T> {
    const run = async (): Promise<T> => {
      await this.#changed.run(enter)
      try {
        return await body()
      } finally {
        // Leaving changes nothing that another could be in the midst of changing, so it
        // needs no wait; only telling the others needs the lock, and may come later.
        leave()
        asyncio.createTask(() => this.#changed.run(async () => this.#changed.notifyAll()), { name: "lock changed" })
      }
    }
    return asyncio.coroutine("ReadWriteLock", run)()
  }

  readonly #enterRead = async (): Promise<void> => {
    await this.#changed.waitFor(() => !this.#writing && this.#writersWaiting === 0)
    this.#readers += 1
  }

  readonly #leaveRead = (): void => {
    this.#readers -= 1
  }

  readonly #enterWrite = async (): Promise<void> => {
    this.#writersWaiting += 1
    try {
      await this.#changed.waitFor(() => !this.#writing && this.#readers === 0)
      this.#writing = true
    } finally {
      this.#writersWaiting -= 1
      // A writer that gave up may have been all that kept readers out.
      this.#changed.notifyAll()
    }
  }

  readonly #leaveWrite = (): void => {
    this.#writing = false
  }
}
