/** A condition: whoever waits looks again each time that something has changed. */
import * as asyncio from "asyncio-ts"

const changed = new asyncio.Condition()
let cups = 0

const take = asyncio.coroutine("take", (name: string, wanted: number) =>
  changed.run(async () => {
    await changed.waitFor(() => cups >= wanted)
    cups -= wanted
    console.log(`${name} takes ${wanted}, ${cups} are left`)
  }),
)

const wash = asyncio.coroutine("wash", async () => {
  for (let cup = 1; cup <= 4; cup += 1) {
    await asyncio.sleep(1)
    await changed.run(() => {
      cups += 1
      changed.notifyAll()
      console.log(`cup ${cup} is clean`)
    })
  }
})

async function main(): Promise<void> {
  await asyncio.gather([take("Ann", 3), take("Bob", 1), wash()])
}

await asyncio.run(main)
