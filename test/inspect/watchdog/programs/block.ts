/** Blocks in the way that its argument names, and ends; for tests that look at a process from outside. */
import { readFileSync } from "node:fs"
import * as asyncio from "asyncio-ts"
import { startWatchdog } from "asyncio-ts/inspect"

const [how = "", report = ""] = process.argv.slice(2)

function compute(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

const watchdog = startWatchdog({ threshold: 0.05, ...(report === "" ? {} : { report }) })
if (how !== "at once") await watchdog.ready
if (how === "exit") {
  compute(800)
  process.exit(3)
} else if (how === "throw") {
  compute(800)
  throw new RangeError("the pot is empty")
} else if (how === "task") {
  const told = (): boolean => readFileSync(report, "utf8").includes("brewer")
  await asyncio.run(async function brew() {
    for (const end = performance.now() + 10_000; performance.now() < end && !told(); ) compute(1)
    await asyncio.sleep(0.03)
  }, { name: "brewer" })
}
