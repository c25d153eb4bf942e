/** `setInterval` begins the next round whether or not the last one has ended. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

let running = 0
let rounds = 0

async function synchronise(): Promise<void> {
  running += 1
  rounds += 1
  console.log(`${running} at work`)
  await sleep(2.5)
  running -= 1
}

const timer = setInterval(() => {
  void synchronise()
  if (rounds === 4) clearInterval(timer)
}, 1000)
