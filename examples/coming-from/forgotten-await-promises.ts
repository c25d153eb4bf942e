/** Without `await` the call runs all the same, at a time that nobody chose. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

async function save(order: string): Promise<void> {
  await sleep(1)
  console.log(`saved: ${order}`)
}

void save("tea for two") // the await is missing, and nothing says so
console.log("all is saved")
