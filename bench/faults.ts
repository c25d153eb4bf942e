/**
 * `npm run bench -- executor-faults`: no speed, but what becomes of jobs when something goes
 * wrong, here and in piscina.
 */

import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

export type FaultName =
  | "queued-behind-abort"
  | "queued-behind-crash"
  | "order"
  | "result-then-exit"
  | "uncloneable-result"
  | "uncloneable-argument"
  | "abort-of-a-loop"
  | "syntax-error"

interface Fault {
  readonly name: FaultName
  readonly promise: string
  /** What is found where the promise is kept. */
  readonly kept: RegExp
}

export interface FaultReport {
  readonly fault: FaultName
  readonly subject: string
  readonly found: string
  readonly kept: boolean
}

export const FAULTS = "executor-faults"

const faults: readonly Fault[] = [
  { name: "queued-behind-abort", promise: "a job queued behind one that is aborted while it computes runs", kept: /^gives "next"$/ },
  { name: "queued-behind-crash", promise: "a job queued behind one that calls process.exit runs", kept: /^gives "next"; the other: \w+: / },
  { name: "order", promise: "eight jobs run in their order, every second with a signal", kept: /^0 1 2 3 4 5 6 7$/ },
  { name: "result-then-exit", promise: "no result is lost whose worker exits 1 ms later, while the program is busy", kept: /^0 of 20 lost$/ },
  { name: "uncloneable-result", promise: "a result that cannot be cloned is an error that says so, and costs no worker", kept: /result is a function.*; workers lost: 0$/ },
  { name: "uncloneable-argument", promise: "an argument that cannot be cloned is refused", kept: /(TypeError|DataCloneError): ./ },
  { name: "abort-of-a-loop", promise: "an aborted loop that asks for its signal runs its finally, and costs no worker", kept: /; its finally ran; workers lost: 0$/ },
  { name: "syntax-error", promise: "a syntax error in the job's module is the job's error", kept: /^\w*Error: .*broken\.mjs/ },
]

const subjects = ["asyncio-ts", "piscina"] as const
const program = fileURLToPath(new URL("subjects/run-fault.ts", import.meta.url))
const LIMIT = 20_000

/** Puts each fault to each subject, in a process of its own. */
export function runFaults(environment: NodeJS.ProcessEnv, onProgress: (text: string) => void): FaultReport[] {
  return faults.flatMap(({ name, kept }) =>
    subjects.map((subject): FaultReport => {
      onProgress(`${FAULTS}: ${name}, ${subject}`)
      const { stdout, stderr } = spawnSync(process.execPath, [program, subject, name], { encoding: "utf8", timeout: LIMIT, killSignal: "SIGKILL", env: environment })
      const found = read(stdout) ?? `its program ends: ${/^\w*Error.*$/m.exec(stderr)?.[0] ?? `nothing after ${LIMIT / 1000} s`}`
      return { fault: name, subject, found, kept: kept.test(found) }
    }),
  )
}

export function faultsTable(reports: readonly FaultReport[]): string {
  const width = Math.max(...subjects.map((subject) => subject.length))
  const lines = faults.flatMap(({ name, promise }) => [
    `  ${promise}`,
    ...reports.filter(({ fault }) => fault === name).map(({ subject, found, kept }) => `    ${subject.padEnd(width)}  ${kept ? "yes" : "NO "}  ${shortened(found)}`),
  ])
  const kept = (subject: string): number => reports.filter((report) => report.subject === subject && report.kept).length
  const ends = subjects.map((subject) => `${subject} keeps ${kept(subject)} of ${faults.length}`)
  return [`${FAULTS}: what becomes of jobs when something goes wrong`, ...lines, `  ${ends.join(", ")}`, ""].join("\n")
}

function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`
}

function read(output: string): string | undefined {
  try {
    const found: unknown = JSON.parse(output)
    return typeof found === "string" ? found : undefined
  } catch {
    return undefined
  }
}
