import * as asyncio from "asyncio-ts"

const brew = asyncio.coroutine("brew", async (kind: string, seconds: number) => {
  await asyncio.sleep(seconds)
  return `${kind} is ready.`
})

const main = asyncio.coroutine("main", async () => {
  console.log(await asyncio.gather([brew("Masala", 0.2), brew("Green", 0.1)]))
  await asyncio.timeout(0.05).run(() => brew("Ginger", 10)).catch((e: Error) => console.log(e.name))
})
await asyncio.run(main())
