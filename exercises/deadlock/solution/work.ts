import * as asyncio from "asyncio-ts"

/** Writes into the book, which takes a moment. */
export type Note = (what: string) => asyncio.Coroutine<string>

export async function main(note: Note): Promise<string[]> {
  const till = new asyncio.Lock({ name: "till" })
  const shelf = new asyncio.Lock({ name: "shelf" })

  const pay = (): asyncio.Coroutine<string> =>
    till.run(async () => {
      await asyncio.sleep(0.1) // the change is counted
      return shelf.run(() => note("paid"))
    })

  const pack = (): asyncio.Coroutine<string> =>
    till.run(async () => {
      await asyncio.sleep(0.1) // the tea is weighed
      return shelf.run(() => note("packed"))
    })

  const payer = asyncio.createTask(pay(), { name: "payer" })
  const packer = asyncio.createTask(pack(), { name: "packer" })
  return asyncio.gather([payer, packer])
}
