// npm run proof -- [NAME...]: tries to refute what the library claims; README.md beside this file says how.
import { replaceInterrupts } from "#src/tasks/interrupts.ts"
import { command, EXIT } from "./command.ts"
import { PROOFS } from "./proofs.ts"

/** npm and terminals may send one Ctrl-C twice. */
const SAME_CTRL_C_MS = 100

const interrupted = new AbortController()
let heard = -Infinity
// Many proofs are runs of the library, which the signal would cancel in the midst of what they try.
replaceInterrupts()
process.on("SIGINT", () => {
  const again = performance.now() - heard < SAME_CTRL_C_MS
  heard = performance.now()
  if (again) return
  if (interrupted.signal.aborted) process.exit(EXIT.interrupted)
  interrupted.abort()
})
// At once, but for what is cleaned up at every exit.
for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) process.on(signal, () => process.exit(code))

process.exitCode = await command(process.argv.slice(2), {
  proofs: PROOFS,
  signal: interrupted.signal,
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
  overwrite: process.stdout.isTTY ? (line) => void process.stdout.write(`\r\u001B[K${line}`) : undefined,
})
// Such as a thread of a proof that was interrupted.
if (interrupted.signal.aborted) process.exit()
