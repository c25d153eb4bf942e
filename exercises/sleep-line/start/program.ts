import * as asyncio from "asyncio-ts"

export async function main(): Promise<void> {
  const bed = new asyncio.Lock({ name: "bed" })
  const nap = (seconds: number) => async (): Promise<void> => {
    await bed.run(() => asyncio.sleep(seconds))
  }
  await asyncio.gather([asyncio.createTask(nap(2), { name: "first" }), asyncio.createTask(nap(1), { name: "second" })])
}
