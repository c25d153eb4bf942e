import * as asyncio from "asyncio-ts"
import { waitingIn } from "#src/sync/primitive.ts"
import { must, refused, type Crew, type Family, type Told } from "../family.ts"
import { Line, tellLine, type Standing } from "../line.ts"

const OPERATIONS = ["acquire", "release", "pass", "hold"] as const

/** A lock is one permit, of which no more can be given back than are taken. */
class LockSubject implements Told {
  readonly #lock = new asyncio.Lock()
  readonly #line: Line
  readonly #crew: Crew
  #held = false

  constructor(crew: Crew) {
    this.#crew = crew
    this.#line = new Line(this.#lock, crew)
  }

  step(task: number, operation: number): PromiseLike<void> | undefined {
    this.#check()
    if (operation === 0) return this.#acquire(task)
    if (operation === 2) return asyncio.sleep(0)
    if (operation === 3) return this.#hold(task)
    this.#release()
    return undefined
  }

  async #acquire(task: number): Promise<void> {
    this.#line.begin(task)
    try {
      await this.#lock.acquire()
      must(!this.#held, "two have the lock")
      this.#held = true
    } finally {
      this.#line.end(task)
    }
    this.#check()
  }

  #release(): void {
    const no = refused(() => this.#lock.release(), asyncio.RuntimeError)
    must(no !== this.#held, "a release was refused, or was not")
    this.#held = false
    this.#check()
  }

  async #hold(task: number): Promise<void> {
    await this.#acquire(task)
    try {
      await asyncio.sleep(0)
    } finally {
      this.#release()
    }
  }

  #check(): void {
    const locked = this.#lock.locked()
    const { woken } = this.#line.check()
    must(locked === this.#held, "nobody has the lock and it is not free, or somebody has it and it is")
    must(woken < 2 && !(woken === 1 && locked), "somebody was woken for a lock that another has")
  }

  atRest(): void {
    this.#check()
    const { pending } = this.#line.check()
    must(this.#held || pending === 0, "the lock is free, and somebody waits for it")
  }

  atEnd(): void {
    const { locked, tasksWaiting } = this.#lock.statistics()
    must(tasksWaiting === 0, "somebody was left in line")
    must(locked === this.#held, "the lock was left taken")
  }

  tell(each: string[]): string {
    tellLine(this.#lock[waitingIn](), this.#crew, each, "L")
    return this.#lock.locked() ? "locked" : "free"
  }
}

class SemaphoreSubject implements Told {
  readonly #semaphore: asyncio.Semaphore
  readonly #line: Line
  readonly #crew: Crew
  readonly #value: number
  readonly #bounded: boolean
  /** Permits that tasks have and that nobody can see in the semaphore. */
  #taken = 0

  constructor(value: number, bounded: boolean, crew: Crew) {
    this.#semaphore = bounded ? new asyncio.BoundedSemaphore(value) : new asyncio.Semaphore(value)
    this.#crew = crew
    this.#line = new Line(this.#semaphore, crew)
    this.#value = value
    this.#bounded = bounded
  }

  step(task: number, operation: number): PromiseLike<void> | undefined {
    this.#check()
    if (operation === 0) return this.#acquire(task)
    if (operation === 2) return asyncio.sleep(0)
    if (operation === 3) return this.#hold(task)
    this.#release()
    return undefined
  }

  async #acquire(task: number): Promise<void> {
    this.#line.begin(task)
    try {
      await this.#semaphore.acquire()
      this.#taken += 1
    } finally {
      this.#line.end(task)
    }
    this.#check()
  }

  #release(): void {
    const { woken } = this.#check()
    const most = this.#taken + woken <= 0
    const no = refused(() => this.#semaphore.release(), RangeError)
    must(no === (this.#bounded && most), "a release was refused, or was not")
    if (!no) this.#taken -= 1
    this.#check()
  }

  async #hold(task: number): Promise<void> {
    await this.#acquire(task)
    try {
      await asyncio.sleep(0)
    } finally {
      this.#release()
    }
  }

  #check(): Standing {
    const { permits } = this.#semaphore.statistics()
    const line = this.#line.check()
    must(permits >= 0 && permits + line.woken + this.#taken === this.#value, "a permit was lost, or there is one too many")
    // Whoever has been woken sees to those who came meanwhile.
    must(permits === 0 || line.pending === 0 || line.woken + line.cancelled > 0, "there is a permit, and somebody waits for one")
    return line
  }

  atRest(): void {
    const { pending } = this.#check()
    must(pending === 0 || this.#semaphore.statistics().permits === 0, "there is a permit, and somebody still waits for one")
  }

  atEnd(): void {
    must(this.#semaphore.statistics().tasksWaiting === 0, "somebody was left in line")
    this.#check()
  }

  tell(each: string[]): string {
    tellLine(this.#semaphore[waitingIn](), this.#crew, each, "S")
    return String(this.#semaphore.statistics().permits)
  }
}

export const lock: Family = { name: "lock", operations: OPERATIONS, variants: ["a lock"], make: (_variant, crew) => new LockSubject(crew) }

export const semaphore: Family = {
  name: "semaphore",
  operations: OPERATIONS,
  variants: ["a semaphore of 0", "a semaphore of 1", "a semaphore of 2", "a bounded semaphore of 1", "a bounded semaphore of 2"],
  make: (variant, crew) => new SemaphoreSubject([0, 1, 2, 1, 2][variant] ?? 1, variant > 2, crew),
}
