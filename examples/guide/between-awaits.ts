/** Between two awaits nothing else runs; a sum that is read before an await and written after it is lost. */
import * as asyncio from "asyncio-ts"

class Account {
  readonly #lock = new asyncio.Lock()
  balance = 0

  readonly payUnsafely = asyncio.coroutine("payUnsafely", async (amount: number) => {
    const { balance } = this
    await asyncio.sleep(0.1) // a receipt is written meanwhile
    this.balance = balance + amount
  })

  readonly payAtOnce = asyncio.coroutine("payAtOnce", async (amount: number) => {
    this.balance += amount // no await between reading and writing
    await asyncio.sleep(0.1)
  })

  payLocked(amount: number): asyncio.Coroutine<void> {
    return this.#lock.run(() => this.payUnsafely(amount))
  }
}

const ways = {
  "an await in between": (account: Account, amount: number) => account.payUnsafely(amount),
  "no await in between": (account: Account, amount: number) => account.payAtOnce(amount),
  "an await, and a lock": (account: Account, amount: number) => account.payLocked(amount),
}

async function main(): Promise<void> {
  for (const [name, pay] of Object.entries(ways)) {
    const account = new Account()
    await asyncio.gather([1, 2, 3].map((amount) => pay(account, amount)))
    console.log(`${name}: ${account.balance}`)
  }
}

await asyncio.run(main)
