/** What those are told who ask why a task waits at a primitive. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import type { Frame } from "#src/core/frame.ts"
import { Glance } from "#src/core/glance.ts"
import type { WaitReason } from "#src/core/observer.ts"
import { frameOf, type Task } from "#src/core/task.ts"
import { reasonOf } from "#src/core/wait-reason.ts"
import type { Wait } from "#src/core/wait.ts"
import { partOf, Primitive, reasonFor, waitingIn } from "#src/sync/primitive.ts"
import { installPrimitiveWords } from "#src/sync/primitive-words.ts"
import { ticks } from "../support/record.ts"
import { virtual } from "../support/virtual.ts"

/** Why the only line of a task waits. */
function reason(task: Task<unknown>): WaitReason {
  let frame: Frame = task[frameOf]
  while (frame.first !== null && "first" in frame.first) frame = frame.first as Frame // what has something below it is one
  return reasonOf(frame.first as Wait, new Glance()) // else it is a wait
}

/** A task that comes to wait while a few iterations pass; it is cancelled with the test's own. */
function waiting(work: () => PromiseLike<unknown>, name?: string): Task<unknown> {
  return asyncio.createTask(async () => void (await work()), { name })
}

/** Why a task that does `work` waits. */
async function reasonOfNew(work: () => PromiseLike<unknown>): Promise<WaitReason> {
  const task = waiting(work)
  await ticks(4)
  return reason(task)
}

function idOf(task: Task<unknown>): number {
  return task[frameOf].owner?.id ?? -1
}

virtual("of a lock: who holds it, for how long, and the place in line", async () => {
  const lock = new asyncio.Lock()
  const holder = waiting(() => lock.run(() => asyncio.sleep(60)), "holder")
  const [first, second] = [waiting(() => lock.acquire()), waiting(() => lock.acquire())]
  await asyncio.sleep(2)
  const { text, kind, on, holders, internal } = reason(second)
  assert.deepEqual({ text, kind, holders, internal }, { text: "lock, held by 'holder' for 2.0 s, 2nd in line", kind: "Lock.acquire", holders: [idOf(holder)], internal: true })
  assert.equal(on, lock)
  lock.release()
  const free = reason(first)
  assert.deepEqual([free.text, free.holders], ["lock, free for the first in line, 1st in line", []])
  await asyncio.sleep(0)
  const next = reason(second)
  assert.equal(next.text, `lock, held by a task that has ended for 0 ms, 1st in line`)
  assert.deepEqual(next.holders, [idOf(first)])
})

virtual("of a wait that is over: what can be said without a loop", async () => {
  const [lock, queue] = [new asyncio.Lock(), new asyncio.Queue<number>()]
  await lock.acquire()
  queue.putNowait(1)
  queue.getNowait()
  waiting(() => lock.acquire())
  waiting(() => queue.get())
  await ticks(4)
  const texts = [lock, queue].map((primitive) => {
    const [wait] = primitive instanceof asyncio.Lock ? lock[waitingIn]() : queue[waitingIn]()
    const over = Object.create(wait ?? assert.fail(), { frame: { value: null } }) as Wait // as it is once it has ended
    return primitive[reasonFor]?.(over, new Glance())?.text
  })
  assert.match(texts[0] ?? "", /^lock, held by 'Task-\d+' for some time, next$/)
  assert.match(texts[1] ?? "", /^queue empty, last put some time ago by 'Task-\d+'$/)
})

virtual("of a part of something that has no words: none", async () => {
  class Plain extends Primitive {
    protected readonly kind = "Plain"
    protected describe(): string {
      return ""
    }
  }
  const part = partOf(new Plain(), new asyncio.Event())
  const task = waiting(() => part.wait())
  await ticks(4)
  const [wait] = part[waitingIn]()
  assert.equal(part[reasonFor]?.(wait ?? assert.fail(), new Glance()), undefined)
  assert.equal(reason(task).text, "Event.wait, 0 ms")
})

virtual("of an event and a condition: that nobody has told, and the name", async () => {
  const [event, nameless] = [new asyncio.Event({ name: "open" }), new asyncio.Event()]
  const condition = new asyncio.Condition(null, { name: "room" })
  assert.equal((await reasonOfNew(() => event.wait())).text, "event 'open' not set")
  assert.equal((await reasonOfNew(() => nameless.wait())).text, "event not set")
  const wait = (): PromiseLike<unknown> => condition.run(() => condition.wait())
  const tasks = [waiting(wait), waiting(wait)]
  await ticks(4)
  assert.deepEqual(tasks.map((task) => reason(task).text), ["condition 'room' not notified, 1st in line", "condition 'room' not notified, 2nd in line"])
})

virtual("of a barrier: how many are there, or that it empties; never of the condition that it uses", async () => {
  const barrier = new asyncio.Barrier(3, { name: "start" })
  const tasks = [waiting(() => barrier.wait()), waiting(() => barrier.wait())]
  await ticks(4)
  assert.equal([...barrier[waitingIn]()].length, 2)
  const { text, kind, on } = reason(tasks[1] as Task<unknown>)
  assert.deepEqual({ text, kind }, { text: "barrier 'start', 2 of 3 are there", kind: "Barrier.wait" })
  assert.equal(on, barrier)
  await barrier.wait()
  assert.equal(reason(tasks[1] as Task<unknown>).text, "barrier 'start', draining")
})

virtual("of a semaphore: that it has none, or whose they are, each task once", async () => {
  const none = new asyncio.Semaphore(0)
  assert.equal((await reasonOfNew(() => none.acquire())).text, "semaphore has no permits, 1st in line")
  const one = new asyncio.BoundedSemaphore(1, { name: "door" })
  await one.acquire()
  assert.equal((await reasonOfNew(() => one.acquire())).text, "bounded semaphore 'door', its permit taken, 1st in line")
  const two = new asyncio.Semaphore(2)
  const greedy = waiting(async () => {
    await two.acquire()
    await two.acquire()
    await asyncio.sleep(60)
  })
  await ticks(1)
  const { text, holders } = (await reasonOfNew(() => two.acquire()))
  assert.deepEqual({ text, holders }, { text: "semaphore, all 2 permits taken, 1st in line", holders: [idOf(greedy)] })
})

virtual("of a queue: what it holds, and who put or took last", async () => {
  const queue = new asyncio.Queue<number>(2)
  const getting = waiting(() => queue.get())
  await ticks(4)
  const { text, kind, internal } = reason(getting)
  assert.deepEqual({ text, kind, internal }, { text: "queue empty, no put yet", kind: "Queue.get", internal: true })
  const feeder = waiting(async () => {
    await queue.put(1)
    await asyncio.sleep(60)
  }, "feeder")
  await ticks(4)
  assert.equal((await reasonOfNew(() => queue.get())).text, "queue empty, last put 0 ms ago by 'feeder'")
  await asyncio.sleep(3)
  const lifo = new asyncio.LifoQueue<number>(1)
  await lifo.put(1)
  assert.equal((await reasonOfNew(() => lifo.put(2))).text, "lifo queue full (1 item), no get yet")
  const full = new asyncio.Queue<number>(2)
  for (const item of [1, 2, 3]) await full.put(item).then(() => (item === 2 ? full.getNowait() : undefined))
  const taker = waiting(async () => {
    full.getNowait()
    await full.put(4)
    await asyncio.sleep(60)
  }, "taker")
  await asyncio.sleep(1)
  assert.equal((await reasonOfNew(() => full.put(5))).text, "queue full (2 items), last get 1.0 s ago by 'taker'")
  for (const task of [feeder, taker]) task.cancel()
})

virtual("of a queue whose getter is about to take: that it has an item", async () => {
  const queue = new asyncio.PriorityQueue<number>()
  const getting = waiting(() => queue.get())
  await ticks(4)
  queue.putNowait(1)
  assert.match(reason(getting).text, /^priority queue has an item, last put 0 ms ago by 'Task-\d+'$/)
  await getting
})

virtual("of a queue that code of no task filled: that it may come from there again", async () => {
  const queue = new asyncio.Queue<number>()
  asyncio.getRunningLoop().callSoon(() => queue.putNowait(1))
  await queue.get()
  const { text, internal } = (await reasonOfNew(() => queue.get()))
  assert.deepEqual({ text, internal }, { text: "queue empty, last put 0 ms ago by code of no task", internal: false })
})

virtual("of join: how many items are not told done", async () => {
  const queue = new asyncio.PriorityQueue<number>(0, { name: "jobs" })
  queue.putNowait(1)
  const joining = waiting(() => queue.join())
  await ticks(4)
  const { text, kind, on } = reason(joining)
  assert.deepEqual({ text, kind }, { text: "queue 'jobs', 1 item not told done", kind: "Queue.join" })
  assert.equal(on, queue)
  queue.putNowait(2)
  assert.equal(reason(joining).text, "queue 'jobs', 2 items not told done")
})

virtual("of a subclass that prints as it likes: its name, as that of some primitive", async () => {
  class Mute extends asyncio.Event {
    override toString(): string {
      return "my <event>"
    }
  }
  const mute = new Mute({ name: "x" })
  assert.equal((await reasonOfNew(() => mute.wait())).text, "primitive 'x' not set")
})

test("the words may be installed again, as by a second copy of what looks", () => {
  installPrimitiveWords()
  installPrimitiveWords()
})
