/** What was measured, as text for a terminal. Pure functions. */

import type { Bench } from "./benches.ts"
import type { Measured } from "./measure.ts"
import { type Verdict, judge } from "./requirements.ts"

/** One bench: a line for each subject, then one for each requirement. */
export function benchTable(bench: Bench, measured: readonly Measured[]): string {
  const ours = measured.find((entry) => entry.subject === "asyncio-ts")
  const ourTime = ours !== undefined && "usPerOp" in ours ? ours.usPerOp : undefined
  const heading = ["", "version", `µs/${bench.unit}`, "fastest–slowest", "× asyncio-ts", "peak MB"]
  const rows = measured.map((entry) => row(entry, ourTime))
  return [
    `${bench.name}: ${bench.work}`,
    ...aligned([heading, ...rows]),
    ...verdictLines(judge(bench.requirements, measured)),
    "",
  ].join("\n")
}

/** The last line: how many requirements are met, and which are not. */
export function closingLine(all: readonly { bench: Bench; measured: readonly Measured[] }[]): string {
  const verdicts = all.flatMap(({ bench, measured }) =>
    judge(bench.requirements, measured).map((verdict) => ({ bench, verdict })),
  )
  const met = verdicts.filter(({ verdict }) => verdict.met === true)
  const list = (wanted: boolean | undefined): string =>
    verdicts
      .filter(({ verdict }) => verdict.met === wanted)
      .map(({ bench, verdict }) => `${bench.name} (${verdict.requirement})`)
      .join(", ")
  const parts = [`${met.length} of ${verdicts.length} requirements met`]
  if (list(false) !== "") parts.push(`missed: ${list(false)}`)
  if (list(undefined) !== "") parts.push(`not measured: ${list(undefined)}`)
  return parts.join("; ")
}

function row(entry: Measured, ourTime: number | undefined): string[] {
  if (!("usPerOp" in entry)) return [entry.subject, entry.missing]
  return [
    entry.subject,
    entry.version,
    figure(entry.usPerOp),
    `${figure(entry.fastestUs)}–${figure(entry.slowestUs)}`,
    ourTime === undefined ? "" : (entry.usPerOp / ourTime).toFixed(2),
    entry.peakRssMb === undefined ? "" : entry.peakRssMb.toFixed(0),
  ]
}

function verdictLines(verdicts: readonly Verdict[]): string[] {
  const mark = (met: boolean | undefined): string =>
    met === undefined ? "?" : met ? "met" : "MISSED"
  return aligned(
    verdicts.map(({ requirement, found, met }) => [
      `must reach: ${requirement}`,
      `found: ${found}`,
      mark(met),
    ]),
  )
}

/** Three significant digits, and no exponent. */
function figure(value: number): string {
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(value))))
}

/**
 * Pads cells to columns. A row of two cells with longer neighbours is a name and a
 * remark, whose length must not widen the second column.
 */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((cells) => cells.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(
      ...rows
        .filter((cells) => cells.length === columns || column === 0)
        .map((cells) => cells[column]?.length ?? 0),
    ),
  )
  return rows.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
  )
}
