/** A client that blocks makes one request after the other, under `gather` too; those of one that is awaited overlap. */
import * as asyncio from "asyncio-ts"
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"

// #region clients
/** Holds the thread until the answer is there, as every function does that ends in `Sync`. */
const getBlocking = asyncio.coroutine("getBlocking", async (url: string) => {
  execFileSync(process.execPath, ["--input-type=module", "--eval", `await fetch("${url}")`])
})

const getAwaited = asyncio.coroutine("getAwaited", async (url: string) => {
  const response = await fetch(url)
  await response.text()
})
// #endregion clients

async function main(): Promise<void> {
  const most = new Int32Array(new SharedArrayBuffer(4)) // how many requests the server had at a time
  const server = new Worker(new URL(import.meta.url), { workerData: most })
  try {
    const [url] = (await once(server, "message")) as [string]
    for (const get of [getBlocking, getAwaited]) {
      Atomics.store(most, 0, 0)
      await asyncio.gather([get(url), get(url), get(url)])
      console.log(`${get.name}: ${Atomics.load(most, 0) > 1 ? "several requests" : "one request"} at a time`)
    }
  } finally {
    await server.terminate()
  }
}

/** A server in a thread of its own, since this one will be blocked. It answers after half a second. */
function serve(most: Int32Array): void {
  let open = 0
  const server = createServer((_request, response) => {
    open += 1
    Atomics.store(most, 0, Math.max(Atomics.load(most, 0), open))
    setTimeout(() => {
      open -= 1
      response.end("hello")
    }, 500)
  })
  server.listen(0, "127.0.0.1", () => parentPort?.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
}

if (isMainThread) await asyncio.run(main)
else serve(workerData as Int32Array)
