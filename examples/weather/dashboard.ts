/** Runs the acts, and ends in an orderly way whatever happens. */
import * as asyncio from "asyncio-ts"
import { Recorder } from "asyncio-ts/inspect"

import { failing, inGroup, inTurn, together } from "./acts.ts"
import { compareWithPython } from "./conformance.ts"
import { ending } from "./ending.ts"
import { CtrlC } from "./ctrl-c.ts"
import { Screen } from "./screen.ts"
import { WeatherServer } from "./server.ts"
import { requestsOf, Stage } from "./stage.ts"

const PROGRAMS = 500
const INTERRUPTED = 130

/** @returns the exit code */
export async function start(): Promise<number> {
  const ctrlC = new CtrlC()
  const screen = new Screen(process.stdout)
  const server = new WeatherServer()
  try {
    await asyncio.run(() => server.run(() => show(server, screen)), { name: "main" })
  } catch (error) {
    if (ctrlC.at === undefined) throw error
  } finally {
    ctrlC.stop()
  }
  if (ctrlC.at === undefined) return 0
  const aborted = server.abortedSince(ctrlC.at)
  screen.line(`\nCtrl-C: ${aborted === 1 ? "1 request" : `${aborted} requests`} aborted, server closed.`)
  return INTERRUPTED
}

async function show(server: WeatherServer, screen: Screen): Promise<void> {
  screen.line(screen.dim(`(Its requests go to ${server.address}.)`))
  const recorder = new Recorder().start()
  const stage = new Stage(server, screen, recorder)
  // The first request of a process loads the HTTP client: that is none of London's time.
  await asyncio.wrapFuture(fetch(server.address))

  const secondsInTurn = await inTurn(stage)
  const secondsTogether = await together(stage)
  await inGroup(stage)
  const leaks = await failing(stage)
  recorder.stop()

  screen.line(`\n${screen.bold("The whole run")}: in turn, together, in a group, then Promise.all and TaskGroup\n`)
  const bare = requestsOf(server, "promise-all", leaks.promiseAll.error)
  screen.picture({ tasks: [...stage.tasks("all"), ...bare], rows: "name", notes: 11 })
  const agreement = await compareWithPython(PROGRAMS)
  for (const line of ending({ secondsInTurn, secondsTogether, leaks, agreement })) screen.line(line)
}
