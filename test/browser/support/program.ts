/** What a page or worker does with the library: runs in a real browser, and tells what came of it. */
import * as asyncio from "asyncio-ts"

const here = (): string => asyncio.currentTask()?.getName() ?? "no task"

const fetchUser = asyncio.coroutine("fetchUser", async (id: number) => {
  await asyncio.sleep(0.01 * id)
  return `user ${id}`
})

async function twice(): Promise<string> {
  const first = await fetchUser(1)
  return `${first} and ${await fetchUser(2)}`
}

async function messageOf(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise
    return "no error"
  } catch (error) {
    return String(error)
  }
}

export async function program(): Promise<Record<string, unknown>> {
  return asyncio.run(
    async () => {
      const result: Record<string, unknown> = {}
      result["gather"] = await asyncio.gather([fetchUser(2), fetchUser(1), twice])

      result["timeout"] = await messageOf(asyncio.timeout(0.01).run(() => asyncio.sleep(60)))

      const cleanedUp: string[] = []
      const task = asyncio.createTask(
        async () => {
          try {
            await asyncio.sleep(60)
          } finally {
            await asyncio.sleep(0.001)
            cleanedUp.push(here())
          }
        },
        { name: "long" },
      )
      await asyncio.sleep(0.01)
      task.cancel("no longer needed")
      result["cancellation"] = [await messageOf(task), task.cancelled(), cleanedUp]

      const queue = new asyncio.Queue<number>(2)
      let sum = 0
      const produce = async (): Promise<void> => {
        for (let i = 1; i <= 100; i += 1) await queue.put(i)
        queue.shutdown()
      }
      const consume = async (): Promise<void> => {
        for await (const item of queue) sum += item
      }
      await asyncio.gather([produce, consume, consume])
      result["queue"] = sum

      const group = await new asyncio.TaskGroup().run(async (tasks) => [1, 2].map((id) => tasks.createTask(fetchUser(id))))
      result["group"] = group.map((child) => child.result())

      const response = await asyncio.wrapFuture(fetch("data:text/plain,hello"))
      result["fetch"] = [await asyncio.wrapFuture(response.text()), here()]

      const ask = asyncio.coroutine("ask", async () => (await fetch("data:text/plain,answer")).text())
      result["a coroutine of foreign promises"] = [await ask(), here()]

      const never = new Promise<never>(() => undefined)
      const [name] = (await messageOf(asyncio.timeout(0.01).run(() => never))).split(":")
      result["a promise that never settles"] = [name, here()]

      const signalled = asyncio.createTask(async () => {
        const { signal } = asyncio.currentTask() as asyncio.Task<unknown> // this is its code
        await fetch("/never", { signal })
      })
      await asyncio.sleep(0.02)
      signalled.cancel()
      await asyncio.wait([signalled])
      result["a fetch with the task's signal"] = signalled.cancelled()

      const outcomes = await Promise.allSettled([asyncio.sleep(0.01, 1), asyncio.sleep(0.01, 2)])
      result["Promise.allSettled"] = outcomes.map(({ status }) => status)

      const fromThePage: unknown[] = []
      const timer = setInterval(() => {
        void asyncio.run(async () => here(), { name: "from the page" }).then((value) => fromThePage.push(value))
      }, 1)
      while (fromThePage.length < 5) await asyncio.sleep(0)
      clearInterval(timer)
      result["programs of the page beside it"] = [...new Set(fromThePage)]

      result["at the end"] = here()
      return result
    },
    { name: "main" },
  )
}
