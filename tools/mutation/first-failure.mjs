// A reporter of node:test: names the first test that fails, and ends the process with it.
import { writeSync } from "node:fs"

/** As in proof/mutants/tests-run.ts. */
const EXIT = { failed: 1, runaway: 3 }

// oxlint-disable-next-line import/no-default-export -- node:test takes a reporter from there
export default async function* firstFailure(events) {
  for await (const { type, data } of events) {
    if (type !== "test:fail" || data.todo !== undefined) continue
    const { hitCount = 0, hitLimit = Infinity } = globalThis.__stryker__ ?? {}
    const error = data.details?.error
    writeSync(1, `${data.name}\n${process.env.MUTATION_WHY === undefined ? "" : `${error?.cause?.stack ?? error?.stack ?? error}\n`}`)
    process.exit(hitCount > hitLimit ? EXIT.runaway : EXIT.failed)
  }
  yield ""
}
