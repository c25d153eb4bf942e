import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { mostAtOnce, tooSlow, wrongValue } from "../judge-program.ts"

const ORDERS = ["a", "b", "c", "d", "e", "f"]

export const queueWorkers = defineProgram({
  name: "queue-workers",
  title: "Three cooks and a queue of orders",
  track: "main",
  objective: "share",
  remedial: "sleep-line",
  hints: ["Who tells the cooks that no further order will come?", "`queue.shutdown()` lets what is in the queue be taken, and then ends `for await (const order of queue)`.", "put all, queue.shutdown(), and await asyncio.gather([cook, cook, cook])"],
  async drive(work, kit) {
    const prepare = kit.operation("prepare", async (order: string) => {
      await sleep(1)
      return order
    })
    return await work.call("main", prepare, ORDERS)
  },
  judge({ value, operations, seconds }) {
    const missing = ORDERS.find((order) => !operations.some(({ name }) => name === `prepare ${order}`))
    if (missing !== undefined) return { sentence: `order ${missing} was never prepared` }
    const most = mostAtOnce(operations)
    if (most > 3) return { sentence: `${most} orders were in work at once; three cooks have one each` }
    return tooSlow(operations, seconds, 2) ?? wrongValue(value, ORDERS.length)
  },
})
