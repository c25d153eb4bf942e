/** `gather` runs all, waits for all, and keeps the order; errors are thrown, or listed with the results. */
import * as asyncio from "asyncio-ts"

const fetchPage = asyncio.coroutine("fetchPage", async (page: string, seconds: number) => {
  await asyncio.sleep(seconds)
  if (page === "broken") throw new Error("this page is broken")
  console.log(`  ${page} arrived`)
  return page
})

async function main(): Promise<void> {
  console.log("Results stand in the order of the arguments, not of arrival:")
  console.log(await asyncio.gather([fetchPage("slow", 2), fetchPage("quick", 1)]))

  console.log("The first error is thrown at once, while the others go on:")
  try {
    await asyncio.gather([fetchPage("slow", 2), fetchPage("broken", 1)])
  } catch (error) {
    console.log(`  caught: ${String(error)}`)
  }
  await asyncio.sleep(1)

  console.log("With returnExceptions neither results nor errors are lost:")
  const all = await asyncio.gather([fetchPage("slow", 2), fetchPage("broken", 1)], { returnExceptions: true })
  for (const one of all) console.log(one instanceof Error ? `  error: ${one.message}` : `  result: ${one}`)
}

await asyncio.run(main)
