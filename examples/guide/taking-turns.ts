/** Long work that cannot be moved lets others run at `await sleep(0)`. */
import * as asyncio from "asyncio-ts"

const count = asyncio.coroutine("count", async (pause: boolean) => {
  for (let part = 1; part <= 3; part += 1) {
    console.log(`  part ${part} is computed`)
    if (pause) await asyncio.sleep(0)
  }
})

const other = asyncio.coroutine("other", async () => {
  for (let turn = 1; turn <= 3; turn += 1) {
    console.log(`  the other has turn ${turn}`)
    await asyncio.sleep(0)
  }
})

async function main(): Promise<void> {
  console.log("without an await:")
  await asyncio.gather([count(false), other()])
  console.log("with await sleep(0):")
  await asyncio.gather([count(true), other()])
}

await asyncio.run(main)
