/** A lock keeps others out over the await, and is given back whatever happens. */
import * as asyncio from "asyncio-ts"

let balance = 100
const account = new asyncio.Lock({ name: "account" })

const withdraw = asyncio.coroutine("withdraw", (amount: number) =>
  account.run(async () => {
    if (balance < amount) return false
    await asyncio.sleep(1) // the bank is asked
    balance -= amount
    return true
  }),
)

console.log(await asyncio.run(() => asyncio.gather([withdraw(80), withdraw(80)])), `balance: ${balance}`)
