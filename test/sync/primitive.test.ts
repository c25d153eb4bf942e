/** How primitives print, in every state, with and without a name. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { inspect } from "node:util"

import * as asyncio from "asyncio-ts"
import { VirtualClock } from "asyncio-ts/testing"
import { Glance } from "#src/core/glance.ts"
import type { WaitReason } from "#src/core/observer.ts"
import { explain, holdersOf, knownPrimitives, Primitive, reasonFor, remember, waitingIn } from "#src/sync/primitive.ts"
import { virtual } from "../support/virtual.ts"

/** What prints in one text everywhere. */
function shown(value: object): string {
  const text = String(value)
  assert.equal(inspect(value), text)
  assert.equal(inspect({ value }), `{ value: ${text} }`)
  return text
}

/** Starts `work` beside the test, which cancels it at the end. */
async function beside(...work: (() => PromiseLike<unknown>)[]): Promise<asyncio.Task<unknown>[]> {
  const tasks = work.map((one) => asyncio.createTask(async () => one()))
  await asyncio.sleep(0)
  return tasks
}

async function end(tasks: readonly asyncio.Task<unknown>[]): Promise<void> {
  for (const task of tasks) task.cancel()
  await asyncio.wait(tasks)
  for (const task of tasks) if (!task.cancelled()) task.exception()
}

describe("a primitive prints its state", () => {
  virtual("a Lock", async () => {
    const lock = new asyncio.Lock()
    assert.equal(shown(lock), "<Lock [unlocked]>")
    await lock.acquire()
    assert.equal(shown(lock), "<Lock [locked]>")
    const tasks = await beside(() => lock.acquire(), () => lock.acquire())
    assert.equal(shown(lock), "<Lock [locked, waiters:2]>")
    await end(tasks)
    lock.release()
    assert.equal(shown(lock), "<Lock [unlocked]>")
  })

  for (const kind of ["Semaphore", "BoundedSemaphore"] as const) {
    virtual(`a ${kind}`, async () => {
      const semaphore = new asyncio[kind](2)
      assert.equal(shown(semaphore), `<${kind} [unlocked, value:2]>`)
      await semaphore.acquire()
      assert.equal(shown(semaphore), `<${kind} [unlocked, value:1]>`)
      await semaphore.acquire()
      assert.equal(shown(semaphore), `<${kind} [locked]>`)
      const tasks = await beside(() => semaphore.acquire())
      assert.equal(shown(semaphore), `<${kind} [locked, waiters:1]>`)
      await end(tasks)
    })
  }

  virtual("an Event", async () => {
    const event = new asyncio.Event()
    assert.equal(shown(event), "<Event [unset]>")
    const tasks = await beside(() => event.wait())
    assert.equal(shown(event), "<Event [unset, waiters:1]>")
    event.set()
    await asyncio.wait(tasks)
    assert.equal(shown(event), "<Event [set]>")
  })

  virtual("a Condition", async () => {
    const condition = new asyncio.Condition()
    assert.equal(shown(condition), "<Condition [unlocked]>")
    const tasks = await beside(() => condition.run(() => condition.wait()))
    assert.equal(shown(condition), "<Condition [unlocked, waiters:1]>")
    await condition.run(() => assert.equal(shown(condition), "<Condition [locked, waiters:1]>"))
    await end(tasks)
  })

  virtual("a Barrier", async () => {
    const barrier = new asyncio.Barrier(2)
    assert.equal(shown(barrier), "<Barrier [filling, waiters:0/2]>")
    const tasks = await beside(() => barrier.wait())
    assert.equal(shown(barrier), "<Barrier [filling, waiters:1/2]>")
    await barrier.abort()
    assert.equal(shown(barrier), "<Barrier [broken]>")
    await end(tasks)
    await barrier.reset()
    assert.equal(shown(barrier), "<Barrier [filling, waiters:0/2]>")
  })

  for (const kind of ["Queue", "PriorityQueue", "LifoQueue"] as const) {
    virtual(`a ${kind}`, async () => {
      const queue = new asyncio[kind]<number>(1)
      assert.equal(shown(queue), `<${kind} [items:0/1]>`)
      const getting = await beside(() => queue.get())
      assert.equal(shown(queue), `<${kind} [items:0/1, getters:1]>`)
      await end(getting)
      queue.putNowait(1)
      const putting = await beside(() => queue.put(2))
      assert.equal(shown(queue), `<${kind} [items:1/1, putters:1, tasks:1]>`)
      queue.shutdown()
      assert.equal(shown(queue), `<${kind} [items:1/1, tasks:1, shutdown]>`)
      await end(putting)
      assert.equal(shown(new asyncio[kind]()), `<${kind} [items:0]>`)
    })
  }
})

/** Each primitive, made with a name. */
const named: Readonly<Record<string, (name?: string) => asyncio.Lock | asyncio.Semaphore | asyncio.Event | asyncio.Condition | asyncio.Barrier | asyncio.Queue<unknown>>> = {
  Lock: (name) => new asyncio.Lock({ name }),
  Semaphore: (name) => new asyncio.Semaphore(1, { name }),
  BoundedSemaphore: (name) => new asyncio.BoundedSemaphore(1, { name }),
  Event: (name) => new asyncio.Event({ name }),
  Condition: (name) => new asyncio.Condition(null, { name }),
  Barrier: (name) => new asyncio.Barrier(2, { name }),
  Queue: (name) => new asyncio.Queue(0, { name }),
  PriorityQueue: (name) => new asyncio.PriorityQueue(0, { name }),
  LifoQueue: (name) => new asyncio.LifoQueue(0, { name }),
}

describe("the name of a primitive", () => {
  for (const [kind, make] of Object.entries(named)) {
    it(`is printed after ${kind}, and nothing without one`, () => {
      assert.match(shown(make("db")), new RegExp(`^<${kind} 'db' \\[[^\\]]+\\]>$`))
      for (const nameless of [make(), make(undefined), make("")]) {
        assert.match(shown(nameless), new RegExp(`^<${kind} \\[[^\\]]+\\]>$`))
        assert.equal(nameless.name, "")
      }
      assert.equal(make("db").name, "db")
    })
  }

  virtual("says what a task waits for", async () => {
    const event = new asyncio.Event({ name: "open" })
    const queue = new asyncio.Queue<number>(0, { name: "orders" })
    const nameless = new asyncio.Event()
    const tasks = await beside(() => event.wait(), () => queue.get(), () => nameless.wait())
    assert.deepEqual(
      tasks.map((task) => / wait_for=<(.*)>>$/.exec(String(task))?.[1]),
      ["Event wait 'open'", "Queue get 'orders'", "Event wait"],
    )
    await end(tasks)
  })
})

describe("a subclass of a primitive", () => {
  class Mine extends asyncio.Lock {}
  class Own extends asyncio.Queue<number> {
    override toString(): string {
      return "<my queue>"
    }
  }

  it("prints, and in its own words everywhere if it has some", () => {
    assert.match(shown(new Mine({ name: "db" })), /'db' \[unlocked\]>$/)
    assert.equal(shown(new Own()), "<my queue>")
  })
})

describe("what belongs to a loop prints its state", () => {
  it("an EventLoop", async () => {
    const loop = new asyncio.EventLoop({ clock: new VirtualClock() })
    assert.equal(shown(loop), "<EventLoop running=false closed=false debug=false>")
    const text = await loop.runUntilComplete(async () => shown(loop))
    assert.equal(text, "<EventLoop running=true closed=false debug=false>")
    loop.setDebug(true)
    assert.equal(shown(loop), "<EventLoop running=false closed=false debug=true>")
    loop.close()
    assert.equal(shown(loop), "<EventLoop running=false closed=true debug=false>")
  })

  virtual("a Handle and a TimerHandle", async () => {
    const loop = asyncio.getRunningLoop()
    const soon = loop.callSoon(function ring() {})
    const later = loop.callAt(5, () => undefined)
    assert.deepEqual([shown(soon), shown(later)], ["<Handle ring>", "<Handle callback at 5>"])
    soon.cancel()
    later.cancel()
    assert.deepEqual([shown(soon), shown(later)], ["<Handle cancelled>", "<Handle cancelled at 5>"])
  })

  virtual("a Timeout", async () => {
    const timeout = asyncio.timeout(1)
    assert.equal(shown(timeout), "<Timeout [created] when=1.000>")
    assert.equal(shown(asyncio.timeout(null)), "<Timeout [created]>")
    const body = timeout.run(async () => {
      assert.equal(shown(timeout), "<Timeout [active] when=1.000>")
      try {
        await asyncio.sleep(5)
      } finally {
        assert.equal(shown(timeout), "<Timeout [expiring] when=1.000>")
      }
    })
    await assert.rejects(async () => body, asyncio.TimeoutError)
    assert.equal(shown(timeout), "<Timeout [expired] when=1.000>")
    const early = asyncio.timeout(1)
    await early.run(() => undefined)
    assert.match(shown(early), /^<Timeout \[finished\] when=/)
  })

  virtual("a TaskGroup", async () => {
    const group = new asyncio.TaskGroup()
    const seen = [shown(group)]
    await group.run(async () => {
      group.createTask(async () => {
        await asyncio.sleep(1)
        seen.push(shown(group))
      })
      seen.push(shown(group))
    })
    seen.push(shown(group))
    const states = ["tasks=0 created", "tasks=1 body", "tasks=1 draining", "tasks=0 finished"]
    assert.deepEqual(seen, states.map((state) => `<TaskGroup ${state}>`))
  })

  virtual("a TaskGroup that fails", async () => {
    const group = new asyncio.TaskGroup()
    let whileItEnds: string | undefined
    const body = async (): Promise<void> => {
      group.createTask(async () => {
        try {
          await asyncio.sleep(5)
        } finally {
          whileItEnds = shown(group)
        }
      })
      group.createTask(() => Promise.reject(new RangeError("boom")))
      await asyncio.sleep(5)
    }
    await assert.rejects(async () => group.run(body), asyncio.ExceptionGroup)
    assert.equal(whileItEnds, "<TaskGroup tasks=1 errors=1 cancelling>")
    assert.equal(shown(group), "<TaskGroup tasks=0 finished>")
  })
})

class Plain extends Primitive {
  protected get kind(): string {
    return "Plain"
  }

  protected describe(): string {
    return "plain"
  }
}

describe("a primitive that says nothing of its own", () => {
  it("is held by nobody, and nobody waits in it", () => {
    const plain = new Plain()
    assert.deepEqual([[...plain[holdersOf]()], [...plain[waitingIn]()]], [[], []])
    assert.deepEqual(new asyncio.Event()[holdersOf](), [])
  })
})

describe("the primitives that are known", () => {
  const counted = { looks: 0, kept: true }

  /** Says of everything that it is there, or that it is gone. */
  class Reference<T extends object> {
    readonly #target: T

    constructor(target: T) {
      this.#target = target
    }

    deref(): T | undefined {
      counted.looks += 1
      return counted.kept ? this.#target : undefined
    }
  }

  function looksWhile(kept: boolean, body: () => void): number {
    const { WeakRef } = globalThis
    Object.assign(counted, { looks: 0, kept })
    globalThis.WeakRef = Reference as unknown as typeof WeakRef // all that is asked of one
    try {
      body()
      return counted.looks
    } finally {
      globalThis.WeakRef = WeakRef
    }
  }

  it("are told of once, however often they are remembered", () => {
    const plain = new Plain()
    remember(plain)
    remember(plain)
    assert.equal([...knownPrimitives()].filter((one) => one === plain).length, 1)
  })

  it("are gone through seldom while they are there, and forgotten once they are gone", () => {
    const many: readonly Primitive[] = Array.from({ length: 2000 }, () => new Plain())
    const looks = looksWhile(true, () => many.forEach(remember))
    assert.ok(looks > 0 && looks < 3 * many.length, `${looks} looks`)
    assert.ok([...knownPrimitives()].length >= many.length)
    counted.kept = false
    assert.ok([...knownPrimitives()].every((one) => one instanceof Primitive && !many.includes(one)))
    looksWhile(false, () => Array.from({ length: 3 * many.length }, () => remember(new Plain())))
    counted.looks = 0
    assert.ok([...knownPrimitives()].every((one) => !many.includes(one)))
    assert.ok(counted.looks < 500, `${counted.looks} that are gone are kept`)
  })

  it("are not gone through before there are sixty more of them than were left the last time", () => {
    const more = Array.from({ length: 60 }, () => new Plain())
    // None of them is left.
    looksWhile(false, () => {
      while (counted.looks === 0) remember(new Plain())
    })
    assert.equal(looksWhile(true, () => more.forEach(remember)), 0)
  })

  virtual("are not those that stand for something else, whose waits tell of that", async () => {
    const [hidden, whole] = [new asyncio.Event(), {}]
    explain(hidden, "Ship.wait", () => "a ship", { on: whole })
    const foreign = new asyncio.Event()
    const said: WaitReason = { kind: "Train.wait", text: "a train" }
    explain(foreign, "ignored", () => said)
    const tasks = await beside(() => hidden.wait(), () => foreign.wait())
    await asyncio.sleep(2)
    const [wait] = hidden[waitingIn]()
    const [other] = foreign[waitingIn]()
    assert.ok(wait && other)
    assert.deepEqual(hidden[reasonFor]?.(wait, new Glance()), { kind: "Ship.wait", text: "a ship, 2.0 s", on: whole })
    const over = Object.create(wait, { frame: { value: null } }) as typeof wait // as it is once it has ended
    assert.equal(hidden[reasonFor]?.(over, new Glance())?.text, "a ship, some time")
    assert.equal(foreign[reasonFor]?.(other, new Glance()), said)
    assert.deepEqual([...knownPrimitives()].filter((one) => one === hidden || one === foreign), [])
    await end(tasks)
  })
})

describe("a call on a primitive", () => {
  const condition = (): asyncio.Condition => new asyncio.Condition()
  const calls: Readonly<Record<string, () => asyncio.Coroutine<unknown>>> = {
    "Lock.acquire": () => new asyncio.Lock().acquire(),
    "Lock.run": () => new asyncio.Lock().run(() => 1),
    "Semaphore.acquire": () => new asyncio.Semaphore().acquire(),
    "Semaphore.run": () => new asyncio.Semaphore().run(() => 1),
    "Condition.run": () => condition().run(() => 1),
    "Condition.waitFor": () => condition().waitFor(() => true),
    "Barrier.wait": () => new asyncio.Barrier(1).wait(),
    "Barrier.run": () => new asyncio.Barrier(1).run(() => 1),
    "Barrier.reset": () => new asyncio.Barrier(1).reset(),
    "Barrier.abort": () => new asyncio.Barrier(1).abort(),
    "Queue.put": () => new asyncio.Queue().put(1),
  }
  for (const [name, call] of Object.entries(calls)) {
    virtual(`prints as what it is: ${name}`, async () => {
      const coroutine = call()
      assert.equal(String(coroutine), `<coroutine ${name}>`)
      await coroutine
    })
  }
})
