import * as asyncio from "asyncio-ts"

export async function main(): Promise<void> {
  const till = new asyncio.Lock({ name: "till" })
  const customer = (walk: number, pay: number) => async (): Promise<void> => {
    await asyncio.sleep(walk)
    await till.run(() => asyncio.sleep(pay))
  }
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(customer(1, 2), { name: "ann" })
    group.createTask(customer(2, 2), { name: "ben" })
    group.createTask(customer(1.5, 1), { name: "cem" })
  })
}
