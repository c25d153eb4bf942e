/** A signal ends only what is handed it: each function on the way must take it and pass it on. */
const controller = new AbortController()

function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000)
    signal?.addEventListener("abort", () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}

async function search(signal: AbortSignal): Promise<void> {
  await sleep(5, signal)
  console.log("search: done")
}

async function index(_signal: AbortSignal): Promise<void> {
  await sleep(5) // forgotten here
  console.log("index: done")
}

setTimeout(() => controller.abort(new Error("the reader has left")), 1000)
for (const outcome of await Promise.allSettled([search(controller.signal), index(controller.signal)])) {
  console.log(outcome.status === "fulfilled" ? "ran to its end" : `stopped: ${outcome.reason.message}`)
}
