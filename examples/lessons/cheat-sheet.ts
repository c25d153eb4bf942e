/** asyncio on one page: each line is a program of its own, and writes one line of `cheat-sheet.txt`. */
import * as asyncio from "asyncio-ts"

// Coroutines: run, define, pause.
await asyncio.run(async () => console.log("run a function"))
await asyncio.run(asyncio.coroutine(async (name: string) => console.log(`run a coroutine, ${name}`))("Alice"))
console.log(await asyncio.run(async () => "take what it returns"))
console.log(await asyncio.run(() => asyncio.sleep(1, "pause for a second")))

// Several at once.
console.log(await asyncio.run(() => asyncio.gather([asyncio.sleep(0.2, "all"), asyncio.sleep(0.1, "in order")])))
console.log(await asyncio.run(() => asyncio.gather([() => Promise.reject("errors, listed")], { returnExceptions: true })))
console.log(await asyncio.run(() => asyncio.gather(["two", "at a", "time"].map((word) => asyncio.sleep(1, word)), { limit: 2 })))
await asyncio.run(async () => { for (const next of asyncio.asCompleted([asyncio.sleep(1, "as they end")])) console.log(await next) })
await asyncio.run(() => new asyncio.TaskGroup().run((group) => void group.createTask(async () => console.log("nobody is left behind"))))

// Tasks.
console.log(await asyncio.run(async () => asyncio.createTask(asyncio.sleep(1, "in the background"))))
console.log(await asyncio.run(async () => `who am I: ${asyncio.currentTask()?.getName()}`, { name: "main" }))
console.log(await asyncio.run(async () => `how many are there: ${asyncio.allTasks().size}`))

// Ending what takes too long.
await asyncio.run(async () => { if (asyncio.createTask(() => asyncio.sleep(9)).cancel()) console.log("one that I made") })
await asyncio.run(() => asyncio.waitFor(asyncio.sleep(9), 1).catch((error: Error) => console.log("one awaitable:", error.name)))
await asyncio.run(() => asyncio.timeout(1).run(() => asyncio.sleep(9)).catch((error: Error) => console.log("a body:", error.name)))
console.log(await asyncio.run(() => asyncio.moveOnAfter(1).run(() => asyncio.sleep(9, "never"))), "and no error")
console.log(await asyncio.run(async () => asyncio.shield(asyncio.sleep(1, "protected from the cancellation of others"))))

// Sharing.
console.log(await asyncio.run(() => new asyncio.Lock().run(() => "one at a time")))
console.log(await asyncio.run(() => new asyncio.Semaphore(3).run(() => "three at a time")))
console.log(await asyncio.run(() => new asyncio.Barrier(1).run((index) => `all are here, and I am number ${index}`)))
await asyncio.run(async () => { const go = new asyncio.Event(); go.set(); console.log("a signal was given:", await go.wait()) })
await asyncio.run(async () => { const work = new asyncio.Queue<string>(); work.putNowait("handed over"); console.log(await work.get()) })
console.log(await asyncio.run(async () => new asyncio.ContextVar("user", { default: "known to this task, and those that it makes" }).get()))

// The loop, and JavaScript's own promises.
console.log(await asyncio.run(async () => `the loop's own time: ${asyncio.getRunningLoop().time() >= 0}`))
console.log(await asyncio.run(async () => await Promise.resolve("any promise")))
console.log(await asyncio.run(async () => asyncio.wrapFuture(Promise.resolve("a promise whose wait can be cancelled"))))
