/** The last lines: what this very run has measured. */
import { cities } from "./cities.ts"
import type { Leak } from "./acts.ts"
import type { Agreement } from "./conformance.ts"

export interface Measured {
  readonly secondsInTurn: number
  readonly secondsTogether: number
  readonly leaks: { readonly promiseAll: Leak; readonly taskGroup: Leak }
  readonly agreement: Agreement
}

export function ending({ secondsInTurn, secondsTogether, leaks, agreement }: Measured): string[] {
  const times = secondsInTurn / secondsTogether
  return [
    "",
    `${cities.length} cities: ${secondsInTurn.toFixed(2)} s in turn, ${secondsTogether.toFixed(2)} s together: ${times.toFixed(1)} ×`,
    `${leaks.promiseAll.running} requests leaked by Promise.all, ${leaks.taskGroup.running} by TaskGroup`,
    `same trace as CPython: ${agreement.same} / ${agreement.programs} programs`,
    "",
    "Try next:",
    "  Ctrl-C in the middle of a run: every request aborted, the server closed",
    "  npx asyncio-ts run examples/weather/main.ts --timeline=weather.svg",
    "  npm run conformance -- --fresh 500   (new programs, traced by a real CPython)",
  ]
}
