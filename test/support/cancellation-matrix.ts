/**
 * What every primitive promises to a task that is cancelled while it waits: nothing is left
 * in line, and a wake-up that it cannot use goes to the next.
 */
import assert from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { fate, me, ticks } from "./record.ts"
import { virtual, type Told } from "./virtual.ts"

/** A primitive in a state in which one has to wait. */
export interface Contested {
  /** Waits, then holds what was waited for until `cleanUp`. */
  wait(): asyncio.Coroutine<unknown>
  /** Lets the first in line have what it waits for, within this iteration of the loop. */
  wake(): unknown
  /** How many are in line. */
  waiting(): number
  /** Brings it to rest once nobody waits any more. */
  cleanUp(): unknown
  statistics(): object
}

export interface MatrixOptions {
  /** `wake` lets everybody through, not the first in line alone. */
  readonly wakesAll?: boolean
  /** A wake-up that finds nobody in line is gone. */
  readonly forgets?: boolean
  /** Also who was not woken wakes the next when it is cancelled, since it cannot tell. */
  readonly rewakes?: boolean
  /** Whether what `wait` gives leaves the line by itself when its frame ends. */
  readonly orphans?: boolean
  /** What reports call the wait; by default as the tests do. */
  readonly kind?: string
  /** The statistics after `cleanUp`. */
  readonly rest: object
}

/** Enough iterations for every wake-up to arrive, and for what it sets off. */
const SETTLE = 8

export function cancellationMatrix(name: string, make: () => Contested | Promise<Contested>, options: MatrixOptions): void {
  const { wakesAll = false, forgets = false, rewakes = false, orphans = true, kind = name, rest } = options
  const stillWaiting = new RegExp(`^'${kind}' was still waiting when '.*' ended`)

  const contest = (promise: string, play: (scene: Scene) => Promise<void>): void =>
    virtual(`${name}: ${promise}`, async (told) => {
      const scene = new Scene(await make(), told)
      await play(scene)
      await scene.end(rest)
    })

  contest("cancelled before its first step, a task never joins the line", async (scene) => {
    const task = scene.enter("first")
    task.cancel()
    await ticks(SETTLE)
    scene.expect(task, "cancelled", 0)
  })

  contest("cancelled in advance, a task throws at the wait and leaves the line", async (scene) => {
    const task = asyncio.createTask(async () => {
      me().cancel()
      await scene.contested.wait()
    })
    await ticks(SETTLE)
    scene.expect(task, "cancelled", 0)
  })

  contest("cancelled while waiting, a task leaves the line and the next is woken in its place", async (scene) => {
    const [first, second] = await scene.line()
    first.cancel()
    await ticks(SETTLE)
    scene.expect(first, "cancelled", rewakes ? 0 : 1)
    assert.equal(fate(second), "pending")
    scene.expectThrough(...(rewakes ? ["second"] : []))
    await scene.contested.wake()
    await ticks(SETTLE)
    scene.expectThrough("second")
  })

  contest("woken, then cancelled in the same tick, it throws and the next is woken", async (scene) => {
    const [first] = await scene.line()
    await scene.contested.wake()
    first.cancel()
    await ticks(SETTLE)
    scene.expect(first, "cancelled", 0)
    scene.expectThrough("second")
  })

  contest("cancelled, then the wake-up comes in the same tick, it throws and the next is woken", async (scene) => {
    const [first] = await scene.line()
    first.cancel()
    await scene.contested.wake()
    await ticks(SETTLE)
    scene.expect(first, "cancelled", 0)
    scene.expectThrough("second")
  })

  contest("cancelled after its wake-up, a task keeps what it got", async (scene) => {
    const [first, second] = await scene.line()
    await scene.contested.wake()
    await ticks(SETTLE)
    scene.expectThrough(...(wakesAll ? ["first", "second"] : ["first"]))
    first.cancel()
    await ticks(SETTLE)
    assert.equal(fate(first), "cancelled")
    assert.equal(scene.contested.waiting(), wakesAll ? 0 : 1)
    second.cancel()
    await ticks(SETTLE)
  })

  contest("cancelled twice while waiting, it throws once", async (scene) => {
    let throws = 0
    const task = asyncio.createTask(async () => {
      try {
        await scene.contested.wait()
      } catch (error) {
        throws += 1
        await asyncio.sleep(0)
        throw error
      }
    })
    await ticks(SETTLE)
    task.cancel()
    task.cancel()
    assert.equal(task.cancelling(), 2)
    await ticks(SETTLE)
    scene.expect(task, "cancelled", 0)
    assert.equal(throws, 1)
  })

  contest("woken, then cancelled twice in the same tick, it passes one wake-up on", async (scene) => {
    const [first] = await scene.line()
    const third = scene.enter("third")
    await ticks(SETTLE)
    await scene.contested.wake()
    first.cancel()
    first.cancel()
    await ticks(SETTLE)
    assert.equal(fate(first), "cancelled")
    scene.expectThrough(...(wakesAll ? ["second", "third"] : ["second"]))
    third.cancel()
    await ticks(SETTLE)
  })

  contest("a whole line that is cancelled in the tick of its wake-up loses none of it", async (scene) => {
    const [first, second] = await scene.line()
    await scene.contested.wake()
    first.cancel()
    second.cancel()
    await ticks(SETTLE)
    scene.expect(first, "cancelled", 0)
    scene.expect(second, "cancelled", 0)
    const late = scene.enter("late")
    await ticks(SETTLE)
    scene.expectThrough(...(forgets ? [] : ["late"]))
    late.cancel()
    await ticks(SETTLE)
  })

  if (!orphans) return

  contest("left open when its code has ended, a wait leaves the line", async (scene) => {
    await scene.abandoned()
    scene.told.report(stillWaiting)
    assert.equal(scene.contested.waiting(), 0)
    scene.enter("next")
    await ticks(SETTLE)
    await scene.contested.wake()
    await ticks(SETTLE)
    scene.expectThrough("next")
  })

  contest("woken but left open when its code has ended, a wait passes its wake-up on", async (scene) => {
    await scene.abandoned({ next: "next" })
    await ticks(SETTLE)
    scene.told.report(stillWaiting)
    scene.expectThrough("next")
  })
}

/** Tasks at a contested primitive. */
class Scene {
  readonly contested: Contested
  readonly told: Told
  readonly #through: string[] = []
  readonly #tasks: asyncio.Task<unknown>[] = []

  constructor(contested: Contested, told: Told) {
    this.contested = contested
    this.told = told
  }

  /** A task that waits, and says so when it is through. */
  enter(name: string): asyncio.Task<unknown> {
    const enter = async (): Promise<void> => {
      await this.contested.wait()
      this.#through.push(name)
      await new asyncio.Future()
    }
    const task = asyncio.createTask(enter, { name })
    this.#tasks.push(task)
    return task
  }

  /** Two tasks in line. */
  async line(): Promise<[asyncio.Task<unknown>, asyncio.Task<unknown>]> {
    const tasks: [asyncio.Task<unknown>, asyncio.Task<unknown>] = [this.enter("first"), this.enter("second")]
    await ticks(SETTLE)
    assert.equal(this.contested.waiting(), 2, "both wait")
    return tasks
  }

  /**
   * A task that looks at a wait without awaiting it, and ends. If somebody is next in line,
   * the wait is woken in the very tick in which the task ends.
   */
  async abandoned(options: { next?: string } = {}): Promise<void> {
    const end = new asyncio.Future<void>()
    const ignore = (): void => undefined
    const task = asyncio.createTask(async () => {
      void this.contested.wait().then(ignore, ignore)
      await end
    })
    await ticks(SETTLE)
    if (options.next !== undefined) this.enter(options.next)
    await ticks(SETTLE)
    assert.equal(this.contested.waiting(), options.next === undefined ? 1 : 2, "it waits")
    end.setResult()
    if (options.next !== undefined) await this.contested.wake()
    await task
  }

  expect(task: asyncio.Task<unknown>, expected: string, waiting: number): void {
    assert.equal(fate(task), expected)
    assert.equal(this.contested.waiting(), waiting, "in line")
  }

  expectThrough(...names: string[]): void {
    assert.deepEqual(this.#through, names, "through")
  }

  async end(rest: object): Promise<void> {
    for (const task of this.#tasks) task.cancel()
    await ticks(SETTLE)
    await this.contested.cleanUp()
    assert.deepEqual(this.contested.statistics(), rest, "statistics at rest")
  }
}
