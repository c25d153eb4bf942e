import * as asyncio from "asyncio-ts"

export async function main(): Promise<void> {
  const short = asyncio.createTask(asyncio.sleep(1), { name: "short" })
  const long = asyncio.createTask(asyncio.sleep(2), { name: "long" })
  await asyncio.gather([short, long])
}
