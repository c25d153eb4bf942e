/** The benches `recorder` and `recorder-http`: the work of `switch` and `http-server`, with a flight recorder on or off. */

import { tmpdir } from "node:os"
import { startFlightRecorder } from "asyncio-ts/inspect"
import { programs as loops } from "./asyncio-ts.ts"
import { programs as servers } from "./http-server-asyncio-ts.ts"
import type { Programs } from "./program.ts"

const WORK = { recorder: loops.switch, "recorder-http": servers["http-server"] }

/** @param on - whether a flight recorder is on, from before the first run to the end */
export function programsWith(on: boolean): Programs {
  if (on) startFlightRecorder({ folder: tmpdir() })
  return WORK
}
