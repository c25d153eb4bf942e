/** What not to do: a call that blocks lets nobody else run, inside a coroutine too. Debug mode says why. */
import * as asyncio from "asyncio-ts"

/** Holds the whole thread, as `time.sleep` does in Python. */
function blockingSleep(seconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000)
}

const bad = asyncio.coroutine("bad", async () => {
  console.log("Start")
  blockingSleep(1) // two seconds in the lesson
  console.log("End")
})

const good = asyncio.coroutine("good", async () => {
  console.log("Start")
  await asyncio.sleep(1)
  console.log("End")
})

const others = asyncio.coroutine("others", async () => {
  for (const time of ["first", "second", "third"]) {
    await asyncio.sleep(0.05)
    console.log(`  the others, for the ${time} time`)
  }
})

async function main(): Promise<void> {
  console.log("With a blocking call the others stand still:")
  await asyncio.gather([bad(), others()])
  console.log("With an await they run meanwhile:")
  await asyncio.gather([good(), others()])
}

await asyncio.run(main, { debug: true })
