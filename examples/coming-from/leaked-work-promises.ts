/** Promise.all rejects with the first error; what else it was given runs on, with nobody to wait for it. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

async function load(shop: string, seconds: number): Promise<string> {
  await sleep(seconds)
  if (shop === "north") throw new Error("north is closed")
  console.log(`${shop}: still writing to the database`)
  return shop
}

try {
  await Promise.all([load("north", 1), load("south", 2), load("west", 3)])
} catch (error) {
  console.log(`gave up: ${String(error)}`)
}
console.log("the connection is closed")
