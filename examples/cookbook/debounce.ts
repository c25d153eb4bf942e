/** One build for a burst of changes, half a second after the last of them. */
import * as asyncio from "asyncio-ts"
import { debounce } from "asyncio-ts/flow"

let began = 0
/** How long the program has run. */
const now = (): string => `${(asyncio.getRunningLoop().time() - began).toFixed(2)} s`

const build = debounce(async () => {
  console.log(`${now()}: build`)
  await asyncio.sleep(1)
  console.log(`${now()}: built`)
}, 0.5)

/** Of a folder of files: `for await (const change of asyncio.files.watch("src", { recursive: true }))`. */
async function* changes(): AsyncGenerator<string, void> {
  for (const [pause, file] of [[0, "a.ts"], [0.25, "b.ts"], [0.25, "c.ts"], [5, "d.ts"]] as const) {
    await asyncio.sleep(pause)
    yield file
  }
}

await asyncio.run(async () => {
  began = asyncio.getRunningLoop().time()
  await new asyncio.TaskGroup().run(async (group) => {
    for await (const file of changes()) {
      console.log(`${now()}: ${file} was saved`)
      group.createTask(build())
    }
  })
})
