/** A loop in the main thread, and in worker threads: one that waits, one that computes, one in execSync, one without the library. */
import * as asyncio from "asyncio-ts"
import { execSync } from "node:child_process"
import { isMainThread, Worker, workerData } from "node:worker_threads"

const [, , ...whats] = process.argv

const guest = asyncio.coroutine("guest", async (door: asyncio.Lock) => {
  await door.acquire()
})

function crunch(): never {
  for (let n = 0; ; n++) Math.sqrt(n)
}

async function serve(what: string): Promise<void> {
  const door = new asyncio.Lock({ name: `door of ${what}` })
  await door.acquire()
  asyncio.createTask(guest(door), { name: `guest of ${what}` })
  await asyncio.sleep(0.05)
  // Its thread is there when the program is looked at.
  if (what === "resize") await asyncio.toThread(() => 0)
  console.log(what)
  if (what === "crunch") crunch()
  if (what === "exec") execSync("sleep 1000")
  if (what === "resize") await asyncio.toThread(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  await asyncio.sleep(3600)
}

function started(what: string): Promise<unknown> {
  const worker = what === "plain" ? new Worker("setInterval(() => {}, 1000); require('worker_threads').parentPort.postMessage(0)", { eval: true, name: what }) : new Worker(new URL(import.meta.url), { name: what, workerData: what })
  return new Promise((resolve) => {
    if (what === "plain") worker.once("message", resolve)
    else worker.stdout.once("data", resolve)
  })
}

if (isMainThread) {
  const own = whats.filter((what) => what !== "main")
  await Promise.all(own.map(started))
  console.log("ready")
  if (whats.includes("main")) await asyncio.run(() => serve("main"), { name: "main" })
  else setInterval(() => undefined, 1000)
} else {
  await asyncio.run(() => serve(workerData as string), { name: "main" })
}
