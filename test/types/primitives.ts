/** Checked by the compiler alone: locks and their like, and queues. */
import * as asyncio from "asyncio-ts"
import { expectType } from "./expect-type.ts"

export async function locks(): Promise<void> {
  const lock = new asyncio.Lock()
  expectType<asyncio.Held>()(await lock.acquire(), true)
  expectType<string>()(await lock.run(async () => "value"), true)
  expectType<number>()(await new asyncio.BoundedSemaphore(2).run(() => 1), true)
  expectType<true>()(await new asyncio.Event().wait(), true)
  // @ts-expect-error: the body is a function
  void lock.run(asyncio.sleep(1))
  // @ts-expect-error: permits are a number
  new asyncio.Semaphore("1")
  // @ts-expect-error: how many parties there are has to be said
  new asyncio.Barrier()
}

export async function conditions(): Promise<void> {
  const condition = new asyncio.Condition(new asyncio.Lock())
  expectType<true>()(await condition.wait(), true)
  expectType<string | undefined>()(await condition.waitFor(() => ["a"].at(0)), true)
  expectType<number>()(await new asyncio.Barrier(2).wait(), true)
  expectType<string>()(await new asyncio.Barrier(2).run((index) => index.toFixed()), true)
  // @ts-expect-error: a condition takes a lock
  new asyncio.Condition(new asyncio.Event())
}

export async function queues(): Promise<void> {
  const queue = new asyncio.Queue<string>(1)
  expectType<void>()(await queue.put("item"), true)
  expectType<string>()(await queue.get(), true)
  for await (const item of queue) expectType<string>()(item, true)
  const first: asyncio.Queue<{ at: number }> = new asyncio.PriorityQueue<{ at: number }>(0, { compare: (a, b) => a.at - b.at })
  expectType<{ at: number }>()(first.getNowait(), true)
  expectType<Date>()(new asyncio.LifoQueue<Date>().getNowait(), true)
  // @ts-expect-error: an item of another type
  queue.putNowait(5)
  // @ts-expect-error: a comparison of items of another type
  new asyncio.PriorityQueue<number>(0, { compare: (a: string, b: string) => a.localeCompare(b) })
  // @ts-expect-error: options come as an object
  queue.shutdown(true)
}
