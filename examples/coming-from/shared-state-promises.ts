/** What was read before an await may be old after it: two withdrawals see the same balance. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

let balance = 100

async function withdraw(amount: number): Promise<boolean> {
  if (balance < amount) return false
  await sleep(1) // the bank is asked
  balance -= amount
  return true
}

console.log(await Promise.all([withdraw(80), withdraw(80)]), `balance: ${balance}`)
