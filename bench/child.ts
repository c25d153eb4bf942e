/** One run of one subject in a process of its own, within a time limit. */

import { type ChildProcess, spawn } from "node:child_process"
import { type Bench, sizeFor } from "./benches.ts"
import type { Runnable } from "./subjects.ts"

export type Outcome = Figures | Failure

export interface Figures {
  readonly usPerOp: number
  readonly seconds: number
  readonly peakRssMb?: number
}

export interface Failure {
  readonly failure: string
}

const running = new Set<ChildProcess>()

/** Without the condition that leads to the sources: what is measured is what is published, and leaving types out of sources takes memory. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_OPTIONS: (process.env["NODE_OPTIONS"] ?? "").replace(/--conditions=asyncio-ts:source/, "").trim(),
}

/** Ends the processes that are still measuring. */
export function endChildren(): void {
  for (const child of running) child.kill("SIGKILL")
}

export function runChild(bench: Bench, subject: Runnable, limitSeconds: number): Promise<Outcome> {
  const [program, ...options] = subject.command
  const size = sizeFor(bench, subject.name)
  const child = spawn(
    program,
    [...options, bench.name, String(size), String(Math.min(bench.warmUpSize, size))],
    { stdio: ["ignore", "pipe", "pipe"], env: environment },
  )
  running.add(child)
  let output = ""
  let complaint = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text))

  return new Promise((resolve) => {
    const settle = (outcome: Outcome): void => {
      clearTimeout(limit)
      running.delete(child)
      resolve(outcome)
    }
    const limit = setTimeout(() => {
      child.kill("SIGKILL")
      // A pipe that something else still holds would keep "close" from coming.
      child.stdout.destroy()
      child.stderr.destroy()
      settle({ failure: `took longer than ${limitSeconds} s` })
    }, limitSeconds * 1000)
    child.once("error", (error) => settle({ failure: error.message }))
    child.once("close", (code, signal) => {
      if (code === 0) settle(read(output, size * bench.opsPerSize))
      else settle({ failure: `${reason(complaint)} (exit ${code ?? signal})` })
    })
  })
}

function read(output: string, ops: number): Outcome {
  let report: unknown
  try {
    report = JSON.parse(output)
  } catch {
    return { failure: "its output is not JSON" }
  }
  if (!isReport(report)) return { failure: "its report lacks a figure" }
  if (report.done !== ops) return { failure: `did ${report.done} operations instead of ${ops}` }
  const { seconds } = report
  const usPerOp = (seconds * 1e6) / ops
  return report.peakRssMb === null
    ? { usPerOp, seconds }
    : { usPerOp, seconds, peakRssMb: report.peakRssMb }
}

interface Report {
  readonly seconds: number
  readonly done: number
  readonly peakRssMb: number | null
}

function isReport(value: unknown): value is Report {
  if (typeof value !== "object" || value === null) return false
  const report: Partial<Record<keyof Report, unknown>> = value
  return (
    typeof report.seconds === "number" &&
    typeof report.done === "number" &&
    (typeof report.peakRssMb === "number" || report.peakRssMb === null)
  )
}

/** The line of a stack trace or traceback that names the error. */
function reason(complaint: string): string {
  const lines = complaint.split("\n").map((line) => line.trim())
  return lines.find((line) => /^(FATAL ERROR|[\w.]*(Error|Exception))\b.*:/.test(line)) ?? lines[0] ?? ""
}
