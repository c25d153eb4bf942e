/**
 * The fault run: thousands of jobs, many of which throw, leave, kill or flood their workers, while
 * workers are killed from outside at random moments. Each job has exactly one outcome, one that fits
 * what was done to it, and a ledger that the jobs write tells that none ran twice unasked.
 */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as asyncio from "asyncio-ts"
import { WorkerCrashError } from "#src/executors/index.ts"
import { PoolView } from "#src/executors/pool-executor.ts"
import type { CarrierKind } from "#src/executors/pool/carrier.ts"
import { poolSettings } from "#src/executors/pool/pool-settings.ts"
import { WorkerPool } from "#src/executors/pool/worker-pool.ts"
import type { Random } from "../support/random.ts"
import type * as jobs from "./programs/fault-jobs.ts"
import { LEAVES_BEHIND, type Ledger } from "./programs/fault-jobs.ts"

const JOBS = new URL("./programs/fault-jobs.ts", import.meta.url)
const IN_FLIGHT = 32
const WORKERS = 2

/** In parts of a thousand; the rest just returns. */
const FAULTS = [
  ["throws", 80],
  ["waits", 100],
  ["cancelled", 80],
  ["items", 60],
  ["items left", 20],
  ["floods", 30],
  ["uncloneable", 50],
  ["exits", 15],
  ["exits at first", 15],
  ["leaves behind", 10],
  ["throws outside", 10],
  ["endless", 12],
  ["out of memory", 2],
] as const
type Fault = (typeof FAULTS)[number][0] | "returns"

export interface FaultRun {
  readonly jobs: number
  readonly deaths: number
  readonly seconds: number
  readonly faults: Readonly<Record<string, number>>
}

/** Runs `count` jobs. @throws AssertionError that names the job and what was done to it. */
export async function faultRun(kind: CarrierKind, count: number, random: Random): Promise<FaultRun> {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-faults-"))
  try {
    return await asyncio.run(() => new Run(kind, count, random, folder).run())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

class Run {
  readonly #kind: CarrierKind
  readonly #count: number
  readonly #random: Random
  readonly #folder: string
  readonly #pool: WorkerPool
  readonly #view: PoolView
  readonly #ledger: Ledger
  readonly #faults: Record<string, number> = {}
  readonly #labels = new Set<string>()
  /** Deaths that may hit any job: from outside, and by what a job before it had left behind. */
  #stray = 0
  #strayTold = 0
  #told = 0
  #late = 0

  constructor(kind: CarrierKind, count: number, random: Random, folder: string) {
    this.#kind = kind
    this.#count = count
    this.#random = random
    this.#folder = folder
    const options = { maxWorkers: WORKERS, memoryLimit: 64, grace: 0.02 }
    const settings = poolSettings(options, { name: `faults-${kind.noun}`, maxWorkers: WORKERS, cancel: "terminate" }, kind, () => assert.fail("no initializer"))
    this.#pool = new WorkerPool(kind, settings, () => undefined)
    this.#view = new PoolView(this.#pool, {})
    this.#ledger = kind.refusesTransfer === undefined ? new Int32Array(new SharedArrayBuffer(8 * count)) : join(folder, "ledger")
    if (typeof this.#ledger === "string") writeFileSync(this.#ledger, "")
  }

  async run(): Promise<FaultRun> {
    const begun = performance.now()
    const warnings = quietly()
    const killer = asyncio.createTask(() => this.#killNowAndThen())
    const outcomes = asyncio.gather(Array.from({ length: this.#count }, (_, id) => () => this.#job(id)) as never, { limit: IN_FLIGHT })
    await outcomes
    killer.cancel()
    await this.#view.shutdown()
    warnings()
    this.#check()
    return { jobs: this.#count, deaths: this.#pool.counts.started - WORKERS, seconds: (performance.now() - begun) / 1000, faults: this.#faults }
  }

  async #killNowAndThen(): Promise<void> {
    for (;;) {
      await asyncio.sleep((50 + this.#random.below(400)) / 1000)
      const seats = [...this.#pool.seats].filter(({ live }) => live)
      if (seats.length === 0) continue
      const seat = this.#random.pick(seats)
      this.#labels.add(seat.label)
      this.#stray += 1
      const pid = /^process (\d+)$/.exec(seat.label)?.[1]
      // Also behind the pool's back; three of those in a row that start are taken for a fault of the program's.
      if (seat.state !== "starting" && pid !== undefined && this.#random.chance(50)) process.kill(Number(pid), "SIGKILL")
      else seat.kill("killed by the test")
    }
  }

  #faultOf(id: number): Fault {
    if (id % 500 === 250) return "out of memory"
    let at = this.#random.below(1000)
    for (const [fault, share] of FAULTS) if ((at -= share) < 0) return fault
    return "returns"
  }

  async #job(id: number): Promise<void> {
    const fault = this.#faultOf(id)
    this.#faults[fault] = (this.#faults[fault] ?? 0) + 1
    try {
      await this.#judge(id, fault)
    } catch (error) {
      const how = error instanceof assert.AssertionError ? error.message : String(error)
      throw new assert.AssertionError({ message: `job ${id}, ${fault}: ${how}` })
    }
    this.#told += 1
  }

  async #judge(id: number, fault: Fault): Promise<void> {
    const cpu = this.#view.module<typeof jobs>(JOBS)
    const ledger = this.#ledger
    switch (fault) {
      case "returns":
        return this.#gives(id, cpu.returns(ledger, id))
      case "waits":
        return this.#gives(id, cpu.waits(ledger, id, this.#random.below(5) / 1000))
      case "throws":
        return this.#fails(id, cpu.throws(ledger, id), (error) => error instanceof RangeError && error.message === `t${id}`)
      case "uncloneable":
        return this.#fails(id, cpu.uncloneable(ledger, id), (error) => error instanceof TypeError && /^cannot give back the result of 'uncloneable': result\.at\[0\]/.test(error.message))
      case "exits":
        return this.#fails(id, cpu.exits(ledger, id), (error) => error instanceof WorkerCrashError && /it left with exit code 3$/.test(error.message))
      case "throws outside":
        return this.#fails(id, cpu.throwsOutside(ledger, id), (error) => error instanceof WorkerCrashError && /TypeError outside the job: outside \d+$|exit code 1$/.test(error.message))
      case "out of memory":
        return this.#fails(id, cpu.fillsMemory(ledger, id), (error) => error instanceof WorkerCrashError && /out of memory/.test(error.message))
      case "exits at first":
        return this.#gives(id, this.#view.with({ retries: 100 }).module<typeof jobs>(JOBS).exitsAtFirst(ledger, id, join(this.#folder, `${id}`)))
      case "leaves behind":
        this.#stray += 1
        return this.#gives(id, cpu.leavesBehind(ledger, id))
      case "cancelled":
        return this.#cancelled(id)
      case "endless":
        return this.#fails(id, asyncio.waitFor(cpu.endless(ledger, id), 0.01 + this.#random.below(100) / 1000), (error) => error instanceof asyncio.TimeoutError)
      case "floods":
        return this.#floods(id)
      case "items":
      case "items left":
        return this.#items(id, fault === "items left")
    }
  }

  async #gives(id: number, call: PromiseLike<string>): Promise<void> {
    try {
      assert.equal(await call, `r${id}`)
    } catch (error) {
      this.#mustBeStray(error)
      return
    }
    assert.ok(this.#ended(id) >= 1, "it gave a result that no job made")
  }

  async #fails(_id: number, call: PromiseLike<unknown>, isIt: (error: Error) => boolean): Promise<void> {
    const error = await call.then((value) => assert.fail(`it gave ${String(value)}`), (thrown: unknown) => thrown as Error)
    if (!isIt(error)) this.#mustBeStray(error)
  }

  /** Either it was asked in time, or it had its result. */
  async #cancelled(id: number): Promise<void> {
    const cpu = this.#view.module<typeof jobs>(JOBS)
    const job = this.#view.submit<unknown[], unknown>(cpu.waits as never, this.#ledger, id, this.#random.below(6) / 1000)
    await asyncio.sleep(this.#random.below(12) / 1000)
    const cancelled = job.cancel()
    const outcome = await job.then((value) => value, (error: unknown) => error)
    if (cancelled) assert.ok(outcome instanceof asyncio.CancelledError, String(outcome))
    else if (outcome instanceof Error) this.#mustBeStray(outcome)
    else assert.equal(outcome, `r${id}`)
  }

  async #floods(id: number): Promise<void> {
    let over = false
    let last = 0
    const onProgress = (value: unknown): void => {
      const [whose, n] = value as [number, number]
      if (over) this.#late += 1
      assert.deepEqual([whose, n > last], [id, true])
      last = n
    }
    try {
      assert.equal(await this.#view.with({ onProgress }).module<typeof jobs>(JOBS).floods(this.#ledger, id, 3000), `r${id}`)
      assert.equal(last, 3000)
    } catch (error) {
      this.#mustBeStray(error)
    } finally {
      over = true
    }
  }

  async #items(id: number, leaves: boolean): Promise<void> {
    const count = 5 + this.#random.below(60)
    const until = leaves ? 1 + this.#random.below(count) : count
    let n = 0
    try {
      for await (const item of this.#view.module<typeof jobs>(JOBS).items(this.#ledger, id, count)) {
        assert.equal(item, `${id}.${n}`)
        n += 1
        if (n === until) break
      }
      assert.equal(n, until)
    } catch (error) {
      this.#mustBeStray(error)
    }
  }

  #mustBeStray(error: unknown): void {
    if (!(error instanceof WorkerCrashError)) throw error
    const { message } = error
    const known = /killed by the test$|ended by SIGKILL$/.test(message) || message.endsWith(`exit code ${LEAVES_BEHIND}`)
    if (!known) throw error
    this.#strayTold += 1
  }

  #ended(id: number): number {
    return typeof this.#ledger === "string" ? 1 : Atomics.load(this.#ledger, 2 * id + 1)
  }

  #check(): void {
    assert.equal(this.#told, this.#count, "jobs without an outcome")
    assert.equal(this.#late, 0, "progress that came after the end")
    assert.ok(this.#strayTold <= this.#stray, `${this.#strayTold} jobs were hit by ${this.#stray} deaths`)
    const { workers, queued, running } = this.#view.statistics()
    assert.deepEqual({ workers, queued, running }, { workers: 0, queued: 0, running: [] })
    const times = new Map<number, number>()
    if (typeof this.#ledger === "string") {
      for (const line of readFileSync(this.#ledger, "utf8").split("\n")) {
        const [id, what] = line.split(" ")
        if (what === "0") times.set(Number(id), (times.get(Number(id)) ?? 0) + 1)
      }
    } else for (let id = 0; id < this.#count; id += 1) times.set(id, Atomics.load(this.#ledger, 2 * id))
    for (const [id, begun] of times) {
      const retried = existsSync(join(this.#folder, `${id}`))
      assert.ok(begun <= 1 || retried, `job ${id} ran ${begun} times`)
    }
    for (const label of this.#labels) {
      const pid = /^process (\d+)$/.exec(label)?.[1]
      if (pid !== undefined) assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" }, `${label} is still there`)
    }
    void this.#kind
  }
}

/** Warnings of workers that die with nothing to do are what this run is made of. */
function quietly(): () => void {
  const { emitWarning } = process
  process.emitWarning = ((...args: Parameters<typeof emitWarning>) => {
    if (!String(args[0]).includes("while it had nothing to do")) emitWarning.apply(process, args)
  }) as typeof emitWarning
  return () => {
    process.emitWarning = emitWarning
  }
}
