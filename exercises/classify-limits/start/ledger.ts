import * as asyncio from "asyncio-ts"

export async function main(): Promise<void> {
  const book = new asyncio.Lock({ name: "book" })
  const write = async (): Promise<void> => {
    for (let entry = 0; entry < 3; entry += 1) {
      await asyncio.sleep(0.001)
      await book.run(() => asyncio.sleep(0.04))
    }
  }
  await asyncio.gather(Array.from({ length: 6 }, () => write))
}
