/**
 * What doctor was asked to look at.
 */
import { UsageError } from "./arguments.ts"

export const DOCTOR_HELP = `usage: asyncio-ts doctor FILE [OPTIONS] [-- ARGUMENTS]
       asyncio-ts doctor PID [OPTIONS]

Says in a paragraph what limits a program: the host, its own code, one task, a lock, a queue,
its workers, garbage, or nothing; with the evidence, and what to do next. With FILE it runs
the program and records it until it ends; with PID it records one that runs, and leaves it as
it was. Ctrl-C gives the verdict so far.

  --for=SECONDS      for so long at most; of a PID 5 unless given
  --json             the verdict as JSON on standard output; what the program prints goes to
                     standard error then
  --socket=PATH      of a PID: where the program listens, if not under the default name
  --timeout=SECONDS  of a PID: until one that does not answer is given up (5)
  ARGUMENTS          what the program finds in process.argv

Exits with 0 if there is nothing to mend, 3 with a finding, 1 if it cannot look, 2 if it was
called wrongly; of a PID with 130 after Ctrl-C.`

export interface DoctorCommand {
  readonly target: { readonly file: string; readonly arguments: readonly string[] } | { readonly pid: number }
  /** Seconds. */
  readonly for: number | undefined
  readonly json: boolean
  readonly socket: string | undefined
  /** Seconds. */
  readonly timeout: number
}

const VALUES = ["--for", "--socket", "--timeout"] as const
const TIMEOUT = 5

/** @throws UsageError */
export function parseDoctor(argv: readonly string[]): DoctorCommand | "help" {
  const end = argv.indexOf("--")
  const own = end === -1 ? argv : argv.slice(0, end)
  const programArguments = end === -1 ? [] : argv.slice(end + 1)
  if (own.includes("--help") || own.includes("-h")) return "help"
  const values = new Map<string, string>()
  const words: string[] = []
  let json = false
  for (let at = 0; at < own.length; at += 1) {
    const argument = own[at] ?? ""
    const [option = "", ...rest] = argument.split("=")
    const name = VALUES.find((value) => value === option)
    if (argument === "--json") json = true
    else if (name !== undefined) {
      const value = argument.includes("=") ? rest.join("=") : own[(at += 1)]
      if (value === undefined) throw new UsageError(`${name} takes a value, such as ${name}=${name === "--socket" ? "PATH" : "5"}`)
      values.set(name, value)
    } else if (argument.startsWith("-")) {
      throw new UsageError(
        `unknown option ${argument}: doctor takes --for=SECONDS, --json, --socket=PATH and --timeout=SECONDS; ` +
          `what is meant for the program comes after --, as in doctor FILE.ts -- ${argument}`,
      )
    } else {
      words.push(argument)
    }
  }
  const [target, extra] = words
  if (target === undefined) throw new UsageError("doctor looks at which program? Name its file, or the number of a process that runs: asyncio-ts doctor FILE.ts")
  if (extra !== undefined) {
    throw new UsageError(`doctor takes one program, not both ${target} and ${extra}; what is meant for the program comes after --, as in doctor ${target} -- ${extra}`)
  }
  const command = { for: secondsOf(values, "--for"), json, socket: values.get("--socket"), timeout: secondsOf(values, "--timeout") ?? TIMEOUT }
  if (!/^[+-]?\d+$/.test(target)) return { target: { file: target, arguments: programArguments }, ...command }
  if (programArguments.length > 0) throw new UsageError(`process ${target} runs already, and takes no arguments: leave out what comes after --`)
  return { target: { pid: pidOf(target) }, ...command }
}

function pidOf(text: string): number {
  const pid = Number(text)
  if (Number.isSafeInteger(pid) && pid > 0) return pid
  throw new UsageError(`${text} is no number of a process: ps lists those that run`)
}

function secondsOf(values: ReadonlyMap<string, string>, name: (typeof VALUES)[number]): number | undefined {
  const text = values.get(name)
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (text.trim() !== "" && Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds
  throw new UsageError(`${name} takes seconds, more than 0 and at most 86400, not '${text}'`)
}
