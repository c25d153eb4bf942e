/** `forEach` awaits nothing: it begins everything, and returns before any of it has ended. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

let total = 0
const prices = [3, 1, 2]
// oxlint-disable-next-line typescript/no-misused-promises -- the trap that is shown here
prices.forEach(async (price) => {
  await sleep(price)
  total += price
})
console.log(`total: ${total}`)
