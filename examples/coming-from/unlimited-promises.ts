/** `map` begins all of them at once, as many as there are. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

let open = 0
let most = 0

async function get(_id: number): Promise<void> {
  open += 1
  most = Math.max(most, open)
  await sleep(1)
  open -= 1
}

const ids = Array.from({ length: 1000 }, (_, id) => id)
await Promise.all(ids.map((id) => get(id)))
console.log(`${most} connections at once`)
