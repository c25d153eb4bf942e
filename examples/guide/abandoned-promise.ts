/** A bare promise cannot be interrupted: its task goes, and it goes on. A signal ends both. */
import * as asyncio from "asyncio-ts"

/** Stands for whoever does the work, outside of this library. */
const host = new EventTarget()

function work(name: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      console.log(`  ${name}, it goes on to its end, for nobody`)
      resolve()
    }
    host.addEventListener("done", finish, { once: true })
    signal?.addEventListener("abort", () => {
      host.removeEventListener("done", finish)
      console.log(`  ${name}, it is told to stop`)
      reject(signal.reason as Error)
    })
  })
}

const without = asyncio.coroutine("without", () => work("without a signal"))
const withSignal = asyncio.coroutine("withSignal", () => work("with a signal", asyncio.currentTask()?.signal))

async function main(): Promise<void> {
  for (const worker of [without, withSignal]) {
    const task = asyncio.createTask(worker())
    await asyncio.sleep(0) // it begins
    task.cancel()
    await asyncio.wait([task])
    console.log(`${worker.name}: the task was cancelled: ${task.cancelled()}`)
    host.dispatchEvent(new Event("done"))
  }
}

await asyncio.run(main)
