/** Three visits together: one of them is late, is cancelled, and cleans up; the others do not notice. */
import * as asyncio from "asyncio-ts"

const visit = asyncio.coroutine("visit", async (city: string, seconds: number) => {
  try {
    await asyncio.sleep(seconds)
    return `${city} is sunny`
  } finally {
    console.log(`  ${city}: connection closed`)
  }
})

async function main(): Promise<void> {
  const results = await asyncio.gather(
    [
      () => visit("Delhi", 1),
      () => asyncio.timeout(2).run(() => visit("Oslo", 60)),
      () => visit("Lima", 1.5),
    ],
    { returnExceptions: true },
  )
  for (const result of results) console.log(result instanceof Error ? result.name : result)
}

await asyncio.run(main)
