import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Looker } from "#src/core/coroutine.ts"
import type { Frame } from "#src/core/frame.ts"
import { FutureWait } from "#src/core/future.ts"
import { Glance } from "#src/core/glance.ts"
import { hostOperation } from "#src/core/host-operation.ts"
import { frameOf, type Task } from "#src/core/task.ts"
import { foreignReason, reasonOf } from "#src/core/wait-reason.ts"
import type { Wait } from "#src/core/wait.ts"
import { inLine, span } from "#src/core/words.ts"
import { virtual } from "../support/virtual.ts"

/** What the only line of a task is told. */
function textOf(task: Task<unknown>): string {
  let frame: Frame = task[frameOf]
  while (frame.first !== null && "first" in frame.first) frame = frame.first as Frame // what has something below it is one
  return (frame.first === null ? foreignReason(frame) : reasonOf(frame.first as Wait))?.text ?? "" // else it is a wait
}

async function told(wait: () => PromiseLike<unknown>, seconds = 0): Promise<string> {
  const task = asyncio.createTask(async () => {
    await wait()
  })
  await asyncio.sleep(seconds)
  const text = textOf(task)
  task.cancel()
  return text
}

describe("words for waits", () => {
  it("tell a time so that one can read it", () => {
    assert.deepEqual(
      [-1, 0, 0.0004, 0.412, 0.9996, 2, 9.96, 42.4, 125, 7800].map((seconds) => span(seconds)),
      ["0 ms", "0 ms", "0 ms", "412 ms", "1.0 s", "2.0 s", "10.0 s", "42 s", "2 min 5 s", "2 h 10 min"],
    )
    assert.equal(span(1.239, 2), "1.24 s")
    assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 112].map((place) => inLine(place).split(" ")[0]), ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"])
  })

  virtual("name who holds a lock, for how long, and the place in line", async () => {
    const lock = new asyncio.Lock({ name: "db" })
    const hold = async (): Promise<void> => {
      await lock.acquire()
      await asyncio.sleep(60)
    }
    const writer = asyncio.createTask(hold, { name: "writer" })
    await asyncio.sleep(0)
    const others = [1, 2, 3].map(() => asyncio.createTask(() => lock.run(() => 1)))
    await asyncio.sleep(3.1)
    assert.equal(await told(() => lock.acquire()), "lock 'db', held by 'writer' for 3.1 s, 4th in line")
    for (const task of [...others, writer]) task.cancel()
    await asyncio.sleep(0)
    assert.match(await told(() => lock.acquire()), /^lock 'db', held by a task that has ended for 3\.1 s, 1st in line$/)
  })

  virtual("tell who put into a queue last, and who took", async () => {
    const queue = new asyncio.Queue<number>(2, { name: "jobs" })
    assert.equal(await told(() => queue.get()), "queue 'jobs' empty, no put yet")
    const feeder = asyncio.createTask(async () => {
      await queue.put(1)
      await asyncio.sleep(60)
    }, { name: "feeder" })
    await asyncio.sleep(0)
    queue.getNowait()
    assert.equal(await told(() => queue.get(), 9), "queue 'jobs' empty, last put 9.0 s ago by 'feeder'")
    queue.putNowait(1)
    queue.putNowait(2)
    assert.match(await told(() => queue.put(3)), /^queue 'jobs' full \(2 items\), last get 9\.0 s ago by 'Task-\d+'$/)
    assert.equal(await told(() => queue.join()), "queue 'jobs', 3 items not told done")
    feeder.cancel()
  })

  virtual("say that no task brought what a callback brings", async () => {
    const queue = new asyncio.Queue<number>()
    asyncio.getRunningLoop().callSoon(() => queue.putNowait(1))
    await queue.get()
    assert.match(await told(() => queue.get()), /last put \d+ ms ago by code of no task$/)
  })

  virtual("tell of a semaphore who holds its permits, as long as they do", async () => {
    const semaphore = new asyncio.Semaphore(2, { name: "x" })
    const holders = ["a", "b"].map((name) => asyncio.createTask(() => semaphore.run(() => asyncio.sleep(5)), { name }))
    await asyncio.sleep(0)
    const waiter = asyncio.createTask(() => semaphore.acquire())
    await asyncio.sleep(0)
    const glance = new Glance()
    const reason = reasonOf(waiter[frameOf].first as Wait, glance) // it awaits nothing else
    assert.equal(reason.text, "semaphore 'x', all 2 permits taken, 1st in line")
    assert.deepEqual(reason.holders?.map((id) => glance.nameOf(id)), ["'a'", "'b'"])
    await asyncio.gather(holders)
    await waiter
    assert.deepEqual(semaphore.statistics(), { permits: 1, tasksWaiting: 0 })
  })

  virtual("are a program's own where it gives some", async () => {
    class Latch extends asyncio.Future<void> {
      left = 3;
      [asyncio.waitReason](): string {
        return `latch, ${this.left} to go`
      }
    }
    const latch = new Latch()
    assert.equal(await told(async () => asyncio.shield(latch)), "shield of future")
    assert.equal(await told(async () => latch), "latch, 3 to go")
    const config = (): asyncio.Future<void> => new asyncio.Future<void>({ reason: "the configuration" })
    assert.equal(await told(config), "the configuration")
    assert.equal(await told(() => new asyncio.Future<void>({ reason: () => ({ text: "what was asked", internal: true }) })), "what was asked")
    assert.equal(await told(() => asyncio.wrapFuture(new Promise(() => undefined), { reason: "the bank" })), "the bank")
    assert.match(await told(() => asyncio.wrapFuture(new Promise(() => undefined))), /^a foreign promise, wrapped, \d+ ms$/)
    assert.match(await told(() => asyncio.fromCallback(() => undefined, { reason: () => "the moon" })), /^the moon, \d+ ms$/)
  })

  virtual("are there also where a program's own fail", async () => {
    const failing = (): never => {
      throw new Error("no words")
    }
    assert.match(await told(() => new asyncio.Future<void>({ reason: failing })), /^Future, \d+ ms$/)
  })

  virtual("tell of the timeout that ends a wait", async () => {
    assert.equal(await told(() => asyncio.waitFor(new asyncio.Event({ name: "ready" }).wait(), 7)), "event 'ready' not set; timeout in 7.00 s")
    assert.equal(await told(() => asyncio.sleep(1.24), 0), "timer, 1.24 s left")
    // The sooner of the two ends it.
    assert.equal(await told(() => asyncio.waitFor(asyncio.sleep(5), 60)), "timer, 5.00 s left")
  })

  it("tell for how long a foreign promise is awaited", async () => {
    await asyncio.run(async () => {
      assert.match(await told(() => new Promise(() => undefined), 0.02), /^a foreign promise since \d+ ms$/)
    })
  })

  virtual("tell which task runs a coroutine that is awaited twice", async () => {
    const brew = asyncio.coroutine("brew", () => asyncio.sleep(60))()
    const first = asyncio.createTask(async () => brew, { name: "first" })
    await asyncio.sleep(0)
    assert.equal(await told(async () => brew), "coroutine 'brew', which task 'first' runs")
    first.cancel()
  })

  virtual("cost one walk for thousands in one line", async () => {
    const lock = new asyncio.Lock()
    await lock.acquire()
    const tasks = Array.from({ length: 3000 }, () => asyncio.createTask(() => lock.acquire()))
    await asyncio.sleep(0)
    const took = (glanceOf: () => Glance): number => {
      const from = performance.now()
      const texts = tasks.map((task) => reasonOf(task[frameOf].first as Wait, glanceOf()).text) // they await nothing else
      assert.match(texts.at(-1) ?? "", /3000th in line$/)
      return performance.now() - from
    }
    const together = (): number => {
      const glance = new Glance()
      return took(() => glance)
    }
    // The least of three, since the machine may be busy; a walk for each is a thousand times as long.
    const [once, each] = [Math.min(together(), together(), together()), took(() => new Glance())]
    assert.ok(once < each / 3, `${once} and ${each} ms`)
    for (const task of tasks) task.cancel()
  })
})

describe("words for waits of nobody's", () => {
  virtual("of code outside any task leave out how long, and never fail", async () => {
    const loop = asyncio.getRunningLoop()
    const future = loop.createFuture<void>()
    assert.equal(reasonOf(new FutureWait(null, future)).text, "a future that is not done")
    const brew = asyncio.coroutine("brew", async () => 1)()
    assert.equal(reasonOf(new FutureWait(null, new Looker(brew, loop))).text, "coroutine 'brew'")
    await brew
    const nap = asyncio.sleep(0)
    assert.equal(reasonOf(nap as unknown as Wait).text, "a timer without end")
    const event = new asyncio.Event()
    const unstarted = event.wait()
    assert.match(reasonOf(unstarted as unknown as Wait).text, /^event\b/)
    const parked = hostOperation({ name: "a lookup", detail: "of x", start: (done) => done.returned(1) })
    assert.equal(reasonOf(parked as unknown as Wait).text, "a lookup of x")
    assert.equal(new Glance().ago(5, undefined), "some time")
    assert.equal(new Glance().place([], {}), "next")
    event.set()
    await asyncio.gather([nap, unstarted, parked])
  })

  virtual("name a turn of the loop that has come, a timer that is never due, and a coroutine that another task runs", async () => {
    assert.equal(await told(() => asyncio.sleep(Infinity), 3), "a timer without end")
    const knock = asyncio.createTask(async () => asyncio.sleep(0))
    await asyncio.sleep(0)
    assert.equal(textOf(knock), "the next turn of the loop")
    await knock
    const shared = asyncio.coroutine("fetch", async () => asyncio.sleep(60))()
    const owner = asyncio.createTask(async () => shared, { name: "owner" })
    await asyncio.sleep(0)
    assert.equal(await told(() => shared), "coroutine 'fetch', which task 'owner' runs")
    owner.cancel()
  })

  it("of a foreign promise tell the timeout round it", async () => {
    const gate = Promise.withResolvers<void>()
    const text = await asyncio.run(async () => {
      const task = asyncio.createTask(async () => asyncio.timeout(3600).run(async () => {
        await asyncio.sleep(0)
        await gate.promise
      }))
      for (let turn = 0; turn < 3; turn += 1) await asyncio.wrapFuture(new Promise((resolve) => void setImmediate(resolve)))
      let frame: Frame = task[frameOf]
      while (frame.first !== null && "first" in frame.first) frame = frame.first as Frame // what has something below it is one
      const reason = foreignReason(frame)
      gate.resolve()
      await task
      return reason
    })
    assert.match(text?.text ?? "", /^a foreign promise since \d+ ms; timeout in (60 min 0 s|59 min \d+ s)$/)
    assert.ok(text?.until !== undefined)
  })

  it("are told of code that came to rest at a foreign promise in a coroutine of its own", async () => {
    const gate = Promise.withResolvers<void>()
    const texts = await asyncio.run(async () => {
      const inner = asyncio.coroutine(async () => gate.promise)
      const outer = asyncio.coroutine(async () => inner())
      const tasks = [async () => gate.promise, async () => inner(), async () => outer(), async () => asyncio.sleep(0).then(() => outer())].map((work) =>
        asyncio.createTask(async () => {
          await work()
        }),
      )
      for (let turn = 0; turn < 3; turn += 1) await asyncio.wrapFuture(new Promise((resolve) => void setImmediate(resolve)))
      const texts = tasks.map(textOf)
      gate.resolve()
      await asyncio.gather(tasks)
      return texts
    })
    for (const text of texts) assert.match(text, /^a foreign promise since \d+ ms$/)
  })
})
