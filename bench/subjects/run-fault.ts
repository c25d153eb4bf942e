/** One fault put to one subject: `run-fault.ts SUBJECT FAULT`. Prints what it does as a line of JSON, and ends whatever is still open. */

import type { FaultName } from "../faults.ts"

const [subject = "", fault = ""] = process.argv.slice(2)
const { faults } = subject === "piscina" ? await import("./faults-piscina.ts") : await import("./faults-asyncio-ts.ts")
const found = await faults[fault as FaultName]() // faults.ts names only those that there are
process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0))
