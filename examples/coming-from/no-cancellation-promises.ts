/** A promise cannot be told to stop: a flag is asked only where somebody thought of it. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

let wanted = true

async function report(): Promise<void> {
  for (const part of ["sales", "stock", "staff"]) {
    if (!wanted) return
    await sleep(10)
    console.log(`${part}: asked the database`)
  }
}

const work = report()
await sleep(1)
wanted = false
console.log("the reader has left after 1 s")
const from = Date.now()
await work
console.log(`the report ended ${((Date.now() - from) / 1000).toFixed(1)} s later`)
