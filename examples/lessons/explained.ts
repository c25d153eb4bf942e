/** What actually happens: one sentence for each switch, as `asyncio-ts run --explain` prints them for any program. */
import * as asyncio from "asyncio-ts"
import { Explainer } from "asyncio-ts/inspect"

const brew = asyncio.coroutine("brew", async (chai: string, minutes: number) => {
  await asyncio.sleep(minutes)
  return `${chai} is ready.`
})

async function main(): Promise<void> {
  const masala = asyncio.createTask(brew("Masala chai", 2), { name: "masala" })
  const ginger = asyncio.createTask(brew("Ginger chai", 1), { name: "ginger" })
  for (const chai of await asyncio.gather([masala, ginger])) console.log(chai)
}

const explainer = new Explainer({ print: (sentence) => console.log(sentence) }).start()
await asyncio.run(main, { name: "main" })
explainer.stop()
