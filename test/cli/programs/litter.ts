// Makes garbage, and waits in execSync again and again; asked, it says whether anybody has left something behind.
import * as asyncio from "asyncio-ts"
import childProcess, { execSync } from "node:child_process"

const first = childProcess.execSync
let kept: unknown[] = []

function backup(): void {
  execSync("sleep 0.2")
}

function litter(): void {
  for (let n = 0; n < 200_000; n += 1) kept.push({ n, rest: [n] })
  kept = []
}

process.stdin.on("data", () => {
  console.log(`execSync as before: ${childProcess.execSync === first && execSync === first}`)
})

await asyncio.run(async () => {
  console.log(`process ${process.pid}`)
  for (;;) {
    litter()
    await asyncio.sleep(0.01)
    backup()
  }
})
