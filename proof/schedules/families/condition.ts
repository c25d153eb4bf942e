import * as asyncio from "asyncio-ts"
import { waitingIn } from "#src/sync/primitive.ts"
import { must, refused, type Crew, type Family, type Subject, type Told } from "../family.ts"
import { Line, tellLine } from "../line.ts"

// `take` and `give` are a stock that consumers wait for with a predicate, woken one by one.
const OPERATIONS = ["acquire", "release", "wait", "notify 1", "notify all", "pass", "wait in a section", "notify in a section"] as const
const STOCK_OPERATIONS = ["take", "give", "pass"] as const

interface Waiting {
  readonly task: number
  notified: boolean
}

/** A condition beside what it is: who waits, in order, and who of them was notified. */
class ConditionSubject implements Told {
  readonly #lock = new asyncio.Lock()
  readonly #condition = new asyncio.Condition(this.#lock)
  readonly #line: Line
  readonly #crew: Crew
  #waiting: Waiting[] = []
  #held = false

  constructor(crew: Crew) {
    this.#crew = crew
    this.#line = new Line(this.#condition, crew, false)
  }

  step(task: number, operation: number): PromiseLike<void> | undefined {
    this.#check()
    switch (operation) {
      case 0:
        return this.#acquire()
      case 1:
        this.#release()
        break
      case 2:
        return this.#wait(task)
      case 3:
        this.#notify(1)
        break
      case 4:
        this.#notify(Infinity)
        break
      case 6:
        return this.#section(() => this.#wait(task))
      case 7:
        return this.#section(() => this.#notify(1 + (task % 2)))
      default:
        return asyncio.sleep(0)
    }
    this.#check()
    return undefined
  }

  async #acquire(): Promise<void> {
    await this.#condition.acquire()
    must(!this.#held, "two have the lock")
    this.#held = true
  }

  #release(): void {
    const no = refused(() => this.#condition.release(), asyncio.RuntimeError)
    must(no !== this.#held, "a release was refused, or was not")
    this.#held = false
  }

  async #section(body: () => PromiseLike<void> | void): Promise<void> {
    await this.#acquire()
    try {
      await body()
    } finally {
      this.#release()
    }
  }

  #notify(count: number): void {
    const no = refused(() => (count === Infinity ? this.#condition.notifyAll() : this.#condition.notify(count)), asyncio.RuntimeError)
    must(no !== this.#held, "a notification was refused, or was not")
    if (!no) this.#tell(count)
  }

  /** The first who wait and are not being cancelled. */
  #tell(count: number): void {
    let left = count
    for (const waiting of this.#waiting) {
      if (left === 0) return
      if (waiting.notified || (this.#crew.tasks[waiting.task]?.cancelling() ?? 0) > 0) continue
      waiting.notified = true
      left -= 1
    }
  }

  async #wait(task: number): Promise<void> {
    if (!this.#held) {
      try {
        await this.#condition.wait()
      } catch (error) {
        if (error instanceof asyncio.RuntimeError) return
        throw error
      }
      must(false, "a wait without the lock was not refused")
    }
    const waiting: Waiting = { task, notified: false }
    this.#waiting.push(waiting)
    this.#line.begin(task)
    this.#held = false
    try {
      await this.#condition.wait()
      must(waiting.notified, "a wait ended without a notification")
      this.#end(waiting)
    } catch (error) {
      if (!(error instanceof asyncio.CancelledError)) throw error
      this.#end(waiting)
      // It may have been notified, so another is.
      this.#tell(1)
      throw error
    }
    this.#check()
  }

  #end(waiting: Waiting): void {
    must(!this.#held, "two have the lock")
    this.#held = true
    this.#waiting = this.#waiting.filter((other) => other !== waiting)
    this.#line.end(waiting.task)
    must(this.#condition.locked(), "a wait ended without the lock")
  }

  #check(): void {
    this.#line.check()
    must(this.#condition.locked() === this.#held, "nobody has the lock and it is not free, or somebody has it and it is")
  }

  atRest(): void {
    this.#check()
    if (this.#held) return
    for (const { notified } of this.#waiting) must(!notified, "somebody was notified, the lock is free, and the wait goes on")
    must(this.#condition.statistics().tasksWaiting === this.#waiting.length, "somebody waits who does not stand in line")
  }

  letGo(): void {
    if (!this.#condition.locked()) return
    this.#condition.release()
    this.#held = false
  }

  atEnd(): void {
    must(this.#condition.statistics().tasksWaiting === 0 && this.#waiting.length === 0, "somebody was left in line")
  }

  tell(each: string[]): string {
    tellLine(this.#condition[waitingIn](), this.#crew, each, "C")
    tellLine(this.#lock[waitingIn](), this.#crew, each, "L")
    for (const [at, { task, notified }] of this.#waiting.entries()) each[task] += `W${at}${notified ? "told" : ""}`
    return this.#held ? "locked" : "free"
  }
}

/** Consumers wait for a stock. */
class StockSubject implements Subject {
  readonly #changed = new asyncio.Condition()
  #stock = 0
  #wanting = 0
  #inside = 0

  step(_task: number, operation: number): PromiseLike<void> | undefined {
    if (operation === 0) return this.#take()
    if (operation === 1) return this.#give()
    return asyncio.sleep(0)
  }

  async #take(): Promise<void> {
    this.#wanting += 1
    try {
      await this.#changed.run(async () => {
        await this.#changed.waitFor(() => this.#stock > 0)
        must(this.#stock > 0 && this.#changed.locked() && this.#inside === 0, "a predicate was not true, or not under the lock")
        this.#inside += 1
        this.#stock -= 1
        this.#inside -= 1
      })
    } finally {
      this.#wanting -= 1
    }
  }

  #give(): PromiseLike<void> {
    return this.#changed.run(() => {
      must(this.#inside === 0, "two are under the lock")
      this.#stock += 1
      this.#changed.notify()
    })
  }

  atRest(): void {
    must(this.#stock === 0 || this.#wanting === 0, "there is something to take, and somebody waits for it")
    must(!this.#changed.locked(), "the lock was left taken")
    must(this.#changed.statistics().tasksWaiting === this.#wanting, "somebody waits who does not stand in line")
  }

  atEnd(): void {
    const { locked, tasksWaiting } = this.#changed.statistics()
    must(!locked && tasksWaiting === 0, "somebody was left in line, or the lock taken")
  }
}

export const condition: Family = {
  name: "condition",
  operations: OPERATIONS,
  variants: ["a condition"],
  make: (_variant, crew) => new ConditionSubject(crew),
}

export const stock: Family = {
  name: "stock",
  operations: STOCK_OPERATIONS,
  variants: ["a condition and a predicate"],
  make: () => new StockSubject(),
}
