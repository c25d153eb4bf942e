/** An error that comes before its await ends the process, though the await is in a `try`. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

process.on("unhandledRejection", (error) => {
  console.log(`the process ends here: ${String(error)}`)
  process.exit()
})

async function price(): Promise<number> {
  await sleep(1)
  throw new Error("no price")
}

const asked = price()
await sleep(2) // something else first
try {
  console.log(await asked)
} catch {
  console.log("no price today, never printed")
}
