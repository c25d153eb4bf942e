/** Whoever stops asking leaves the generator where it stands: its `finally` never runs. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

async function* readings(): AsyncGenerator<number, void> {
  console.log("the sensor is opened")
  try {
    yield 20
    await sleep(3600)
    yield 21
  } finally {
    console.log("the sensor is closed")
  }
}

const source = readings()
const late = async (): Promise<{ value: string }> => {
  await sleep(2)
  return { value: "no reading in time" }
}
for (let turn = 0; turn < 2; turn += 1) console.log((await Promise.race([source.next(), late()])).value)
void source.return() // waits behind the read that is open
console.log("the sensor is still open, for an hour")
process.exit()
