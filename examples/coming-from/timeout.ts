/** A timeout cancels its body, waits until that has ended, and then throws. */
import * as asyncio from "asyncio-ts"

const pay = asyncio.coroutine("pay", async () => {
  try {
    await asyncio.sleep(5)
    console.log("the money is sent")
    return "paid"
  } finally {
    console.log("the request is closed")
  }
})

async function main(): Promise<void> {
  try {
    await asyncio.timeout(2).run(() => pay())
  } catch (error) {
    if (!(error instanceof asyncio.TimeoutError)) throw error
    console.log("too late: paying by another way")
  }
}

await asyncio.run(main)
