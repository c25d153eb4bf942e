import * as asyncio from "asyncio-ts"
import { must, refused, type Crew, type Family, type Told } from "../family.ts"
import { tellLine } from "../line.ts"
import { waitingIn } from "#src/sync/primitive.ts"

const OPERATIONS = ["put", "get", "pass", "putNowait", "getNowait", "taskDone", "join", "shutdown", "shutdown at once"] as const

const KINDS = [
  { name: "fifo", make: asyncio.Queue },
  { name: "lifo", make: asyncio.LifoQueue },
  { name: "priority", make: asyncio.PriorityQueue },
] as const
const SIZES = [0, 1, 2]

/** A queue beside what is in it. */
class QueueSubject implements Told {
  readonly #queue: asyncio.Queue<number>
  readonly #order: (typeof KINDS)[number]["name"]
  readonly #size: number
  readonly #crew: Crew
  readonly #items: number[] = []
  #made = 0
  #unfinished = 0
  #shut = false
  readonly #waiting = new Map<number, "put" | "get" | "join">()
  /** Who joins, and whether all was done meanwhile. */
  readonly #joined = new Map<number, boolean>()

  constructor(kind: (typeof KINDS)[number], size: number, crew: Crew) {
    this.#queue = new kind.make(size)
    this.#order = kind.name
    this.#size = size
    this.#crew = crew
  }

  get #full(): boolean {
    return this.#size > 0 && this.#items.length >= this.#size
  }

  step(task: number, operation: number): PromiseLike<void> | undefined {
    this.#check()
    switch (operation) {
      case 0:
        return this.#put(task)
      case 1:
        return this.#get(task)
      case 2:
        return asyncio.sleep(0)
      case 6:
        return this.#join(task)
      default:
        this.#atOnce(operation)
        this.#check()
        return undefined
    }
  }

  /** Priorities come out of order, and some twice. */
  #next(): number {
    this.#made += 1
    return this.#order === "priority" ? (this.#made * 5) % 7 : this.#made
  }

  #added(item: number): void {
    must(!this.#full, "there are more items than the queue holds")
    this.#items.push(item)
    this.#unfinished += 1
  }

  #taken(item: number): void {
    must(this.#items.length > 0, "an item came out that was not in the queue")
    const expected = this.#order === "priority" ? Math.min(...this.#items) : this.#order === "lifo" ? this.#items.at(-1) : this.#items[0]
    must(item === expected, "an item came out of its turn, twice, or from nowhere")
    this.#items.splice(this.#order === "lifo" ? this.#items.length - 1 : this.#items.indexOf(item), 1)
  }

  async #put(task: number): Promise<void> {
    const item = this.#next()
    this.#waiting.set(task, "put")
    try {
      await this.#queue.put(item)
      must(!this.#shut, "an item was put after the shutdown")
      this.#added(item)
    } catch (error) {
      if (!(error instanceof asyncio.QueueShutDown)) throw error
      must(this.#shut, "a put was refused without a shutdown")
    } finally {
      this.#waiting.delete(task)
    }
    this.#check()
  }

  async #get(task: number): Promise<void> {
    this.#waiting.set(task, "get")
    try {
      this.#taken(await this.#queue.get())
    } catch (error) {
      if (!(error instanceof asyncio.QueueShutDown)) throw error
      must(this.#shut && this.#items.length === 0, "a get was refused without a shutdown, or with items left")
    } finally {
      this.#waiting.delete(task)
    }
    this.#check()
  }

  async #join(task: number): Promise<void> {
    this.#waiting.set(task, "join")
    this.#joined.set(task, this.#unfinished === 0)
    try {
      await this.#queue.join()
      must(this.#joined.get(task) === true, "a join ended before all was done")
    } finally {
      this.#waiting.delete(task)
      this.#joined.delete(task)
    }
    this.#check()
  }

  #atOnce(operation: number): void {
    if (operation === 3) this.#putNowait()
    else if (operation === 4) this.#getNowait()
    else if (operation === 5) {
      const no = refused(() => this.#queue.taskDone(), RangeError)
      must(no === (this.#unfinished === 0), "taskDone was refused, or was not")
      if (!no) this.#unfinished -= 1
    } else {
      this.#shut = true
      this.#queue.shutdown({ immediate: operation === 8 })
      if (operation === 8) this.#unfinished = Math.max(0, this.#unfinished - this.#items.splice(0).length)
    }
    if (this.#unfinished === 0) for (const task of this.#joined.keys()) this.#joined.set(task, true)
  }

  #putNowait(): void {
    const item = this.#next()
    const Refusal = this.#shut ? asyncio.QueueShutDown : asyncio.QueueFull
    const no = refused(() => this.#queue.putNowait(item), Refusal)
    must(no === (this.#shut || this.#full), "putNowait was refused, or was not")
    if (!no) this.#added(item)
  }

  #getNowait(): void {
    if (this.#items.length > 0) return this.#taken(this.#queue.getNowait())
    const Refusal = this.#shut ? asyncio.QueueShutDown : asyncio.QueueEmpty
    must(refused(() => void this.#queue.getNowait(), Refusal), "an item came out of an empty queue")
  }

  #check(): void {
    const { items, unfinishedTasks, shutDown } = this.#queue.statistics()
    must(items === this.#items.length, "the queue counts other items than are in it")
    must(unfinishedTasks === this.#unfinished, "the queue counts other unfinished items than there are")
    must(shutDown === this.#shut, "the queue is shut down, or should be")
  }

  atRest(): void {
    this.#check()
    let getters = 0
    let putters = 0
    for (const [task, what] of this.#waiting) {
      if (what === "get") {
        getters += 1
        must(this.#items.length === 0, "there is an item, and somebody waits for one")
      } else if (what === "put") {
        putters += 1
        must(this.#full, "there is room, and somebody waits for it")
      } else must(this.#joined.get(task) === false, "all was done, and somebody still joins")
    }
    must(!this.#shut || getters + putters === 0, "the queue is shut down, and somebody waits")
    const { gettersWaiting, puttersWaiting } = this.#queue.statistics()
    must(gettersWaiting === getters && puttersWaiting === putters, "somebody waits who does not stand in line")
  }

  atEnd(): void {
    const { gettersWaiting, puttersWaiting } = this.#queue.statistics()
    must(gettersWaiting === 0 && puttersWaiting === 0, "somebody was left in line")
    this.#check()
  }

  tell(each: string[]): string {
    tellLine(this.#queue[waitingIn](), this.#crew, each, "Q")
    for (const [who, done] of this.#joined) each[who] += done ? "done" : "not"
    // A queue does not look at its items, except one by priority: which these are matters to nothing else.
    return `${this.#items.length} ${this.#unfinished} ${this.#shut}`
  }
}

export const queue: Family = {
  name: "queue",
  operations: OPERATIONS,
  variants: KINDS.flatMap(({ name }) => SIZES.map((size) => `a ${name} queue of ${size === 0 ? "any size" : size}`)),
  make(variant, crew) {
    return new QueueSubject(KINDS[Math.floor(variant / SIZES.length)] ?? KINDS[0], SIZES[variant % SIZES.length] ?? 0, crew)
  },
}
