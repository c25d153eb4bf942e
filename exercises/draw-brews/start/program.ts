import * as asyncio from "asyncio-ts"

export async function main(): Promise<void> {
  const masala = asyncio.createTask(() => asyncio.sleep(3), { name: "masala" })
  await asyncio.sleep(1)
  const green = asyncio.createTask(() => asyncio.sleep(1), { name: "green" })
  await green
  const ginger = asyncio.createTask(() => asyncio.sleep(2.5), { name: "ginger" })
  await asyncio.gather([masala, ginger])
}
