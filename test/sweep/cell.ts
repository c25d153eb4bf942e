/** One cell of the sweep: somebody in line is cancelled, and everything is looked at. */
import assert from "node:assert/strict"
import { setImmediate } from "node:timers/promises"
import * as asyncio from "asyncio-ts"
import { runVirtual, VirtualClock } from "asyncio-ts/testing"
import { soon } from "../core/support/watched.ts"
import { me, ticks } from "../support/record.ts"
import type { Operation, Stage } from "./stage.ts"
import type { Victim, Way } from "./ways.ts"

/** When the wait is completed: before or after the cancellation, and by how many ticks; or not. */
export interface Timing {
  readonly name: string
  readonly complete: "before" | "after" | "never"
  readonly ticks: number
}

export interface Cell {
  readonly operation: Operation
  /** Who of `LINE` is cancelled. */
  readonly position: number
  readonly way: Way
  readonly timing: Timing
  readonly eager: boolean
}

export const LINE = ["first", "middle", "last"] as const

/** Enough iterations for everything to come to rest. */
const SETTLE = 10

/** Enough for a task to start and wait. */
const ARRIVE = 4

/** Runs a cell on a loop of its own. */
export async function runCell(cell: Cell): Promise<void> {
  const clock = new VirtualClock()
  const reports: string[] = []
  const played = runVirtual(
    async () => {
      const loop = asyncio.getRunningLoop()
      loop.setExceptionHandler((_loop, { message, exception }) => void reports.push(`${message}: ${String(exception)}`))
      if (cell.eager) loop.setTaskFactory(asyncio.eagerTaskFactory)
      await new Play(cell, await cell.operation.make(clock), clock).play()
      assert.deepEqual([...asyncio.allTasks()], [me()], "tasks that are left")
      // Idle, the loop tells the clock of the next timer; a busy one lets the host round before.
      do await setImmediate()
      while (!loop.idle)
      assert.equal(clock.nextTimer(), Infinity, "a timer is left")
      assert.deepEqual(loop.unstarted.takeAll(), [], "coroutines that were never awaited")
    },
    { clock },
  )
  await soon(played, "the cell")
  assert.deepEqual(reports, [], "reports to the exception handler")
}

class Play {
  readonly #cell: Cell
  readonly #stage: Stage
  readonly #clock: VirtualClock
  readonly #line: string[]
  /** Who has got what they waited for, in order. */
  readonly #through: string[] = []
  readonly #thrown = new Map<string, unknown>()
  readonly #tasks: asyncio.Task<unknown>[] = []
  #completed = 0

  constructor(cell: Cell, stage: Stage, clock: VirtualClock) {
    this.#cell = cell
    this.#stage = stage
    this.#clock = clock
    this.#line = cell.operation.line === undefined ? ["only"] : [...LINE]
  }

  get #name(): string {
    return this.#line[this.#cell.position] as string // positions are those of the line
  }

  async play(): Promise<void> {
    const victim = await this.#lineUp()
    const beaten = await this.#cancel(victim)
    await ticks(SETTLE)
    const { line, holdsBack = false, leaves } = this.#cell.operation
    if (this.#completed === 0 && this.#cell.way.early === undefined) {
      assert.equal(victim.task.done(), !holdsBack, holdsBack ? "it is held back" : "whoever is cancelled ends")
    }
    const unfinished = line !== undefined || holdsBack || leaves === true
    while (this.#served() > 0 || (unfinished && this.#completed === 0)) {
      const before = this.#through.length
      await this.#complete()
      await ticks(SETTLE)
      assert.ok(this.#served() === 0 || this.#through.length > before, "somebody is served")
    }
    await this.#stage.end?.()
    await ticks(SETTLE)
    this.#check(victim, beaten)
    await this.#stage.rest?.(this.#through)
  }

  /** Starts a task for each place in line, one after another. */
  async #lineUp(): Promise<Victim> {
    const { way, operation } = this.#cell
    let victim: Victim | undefined
    for (const name of this.#line) {
      const body = this.#body(name)
      if (name === this.#name) victim = way.launch(body, operation.latest === true, this.#clock)
      else this.#tasks.push(asyncio.createTask(body))
      await ticks(ARRIVE)
    }
    assert.ok(victim !== undefined)
    // Asked for, so that it is not reported as lost.
    victim.task.addDoneCallback((task) => task.cancelled() || task.exception())
    const all = this.#line.length
    if (way.early === undefined) assert.equal(this.#stage.waiting?.() ?? all, all, "all wait")
    if (operation.rewakes !== "over") assert.deepEqual(this.#through, [], "nobody is through")
    await this.#stage.linedUp?.()
    return victim
  }

  #body(name: string): () => Promise<void> {
    const { gives } = this.#cell.operation
    return async () => {
      try {
        const value = await this.#stage.wait(name)
        if (gives !== undefined) assert.deepEqual(value, gives)
        this.#through.push(name)
      } catch (error) {
        this.#thrown.set(name, error)
        throw error
      }
    }
  }

  /** Cancels, and completes as the timing says; tells whether the result was there before. */
  async #cancel(victim: Victim): Promise<boolean> {
    const { complete, ticks: between } = this.#cell.timing
    if (complete === "before") {
      await this.#complete()
      await ticks(between)
    }
    const beaten = this.#through.includes(this.#name)
    if (complete === "before" && between === 0 && this.#cell.operation.timed) {
      // Timers that are due at one instant have their turn in the order in which they were set.
      asyncio.getRunningLoop().callAt(asyncio.getRunningLoop().time(), () => victim.pull())
      await ticks(1)
    } else {
      await victim.pull()
    }
    if (complete === "after") {
      await ticks(between)
      await this.#complete()
    }
    if (this.#cell.operation.fair && complete !== "never") {
      this.#line.push("late")
      this.#tasks.push(asyncio.createTask(this.#body("late")))
    }
    return beaten
  }

  async #complete(): Promise<void> {
    this.#completed += 1
    await this.#stage.complete()
  }

  /** Who can expect to be served by now or later: all but the victim, if that was cancelled. */
  #expected(): string[] {
    return this.#line.filter((name) => name !== this.#name || this.#through.includes(name))
  }

  /** Those who were to be served are, in order, and nobody waits for what is free. Gives how many are not yet. */
  #served(): number {
    const { line, rewakes, holdsBack } = this.#cell.operation
    const expected = this.#expected()
    const count = line === "one" ? this.#completed : this.#completed === 0 ? 0 : expected.length
    if (rewakes === "to the end") assert.equal(this.#through.length, Math.min(count, expected.length), "who is through")
    else if (rewakes === "over") assert.deepEqual(this.#through, expected.slice(0, this.#through.length), "first come, first served")
    else if (line !== undefined) assert.deepEqual(this.#through, expected.slice(0, count), "who is through")
    const left = expected.length - this.#through.length
    if (!holdsBack && rewakes !== "over" && this.#completed === 0) assert.equal(this.#stage.waiting?.() ?? left, left, "in line")
    if (this.#stage.free?.()) assert.equal(this.#stage.waiting?.() ?? 0, 0, "in line for what is free")
    return left
  }

  #check(victim: Victim, beaten: boolean): void {
    const { way, timing } = this.#cell
    for (const task of this.#tasks) assert.equal(task.done() && !task.cancelled() && task.exception(), undefined)
    assert.deepEqual(new Set(this.#through), new Set(this.#expected()), "who is through at last")
    assert.equal(this.#stage.waiting?.() ?? 0, 0, "left in line")
    assert.equal(victim.task.done(), true)
    const through = this.#through.includes(this.#name)
    if (way.atOnce) assert.equal(through, beaten, beaten ? "the result came first" : "the cancellation beats a result of the same tick")
    if (timing.complete === "never") assert.equal(through, false)
    if (!through) {
      // A task that was cancelled before its first step never ran.
      if (way.early !== "before the first step") victim.check(this.#thrown.get(this.#name), timing.complete === "before")
      else assert.equal(this.#thrown.has(this.#name), false)
    }
  }
}
