/** A race against a timer gives up waiting; the request knows nothing of it. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

async function pay(): Promise<string> {
  await sleep(5)
  console.log("the money is sent")
  return "paid"
}

async function late(seconds: number): Promise<never> {
  await sleep(seconds)
  throw new Error("too late")
}

try {
  await Promise.race([pay(), late(2)])
} catch (error) {
  console.log(`${String(error)}: paying by another way`)
}
