/**
 * What the timeline command was asked to show.
 */
import { parseArgs } from "node:util"

import { UsageError } from "./arguments.ts"

const FORMS = ["terminal", "svg", "html", "perfetto", "otlp", "json"] as const
export type TimelineForm = (typeof FORMS)[number]

export interface TimelineArguments {
  readonly file: string
  readonly form: TimelineForm
  /** The file to write; missing for the standard output. */
  readonly out: string | undefined
  /** Where spans go. */
  readonly url: string | undefined
  /** Whether to mark the critical path. */
  readonly path: boolean
  readonly width: number | undefined
}

export const TIMELINE_HELP = `usage: asyncio-ts timeline RECORDING [OPTIONS]

Shows a recording: what each task did, what it waited for, who woke it, and what blocked the
loop. Recordings come from asyncio-ts run --record, --timeline=FILE.json and the recorder.

  --to=FORM          terminal   a row for each task (the default)
                     svg        the same as a picture
                     html       a page with zoom and search, in one file
                     perfetto   for ui.perfetto.dev (Trace Event Format)
                     otlp       sends spans to a collector of OpenTelemetry
                     json       the events
  -o, --out=FILE     writes to FILE instead of the standard output; without --to its ending
                     tells the form: .svg, .html, .perfetto.json, .json
  --url=URL          of the collector (http://localhost:4318/v1/traces)
  --path             marks the critical path (terminal, svg)
  --width=COLUMNS    of the terminal (by default its own, or 80)
  --help

Exits with 0, with 1 if there is no recording to be read or the collector does not take it,
with 2 if it was called wrongly.`

/** @throws UsageError */
export function parseTimeline(argv: readonly string[]): TimelineArguments | "help" {
  const { values, positionals } = split(argv)
  if (values.help === true) return "help"
  const [file, extra] = positionals
  if (file === undefined) throw new UsageError("timeline of which recording? Name its file: asyncio-ts timeline FILE (--help tells more)")
  if (extra !== undefined) throw new UsageError(`timeline takes one recording, not both ${file} and ${extra}`)
  const form = values.to === undefined ? formOf(values.out) : FORMS.find((form) => form === values.to)
  if (form === undefined) throw new UsageError(`--to takes ${FORMS.slice(0, -1).join(", ")} or ${FORMS.at(-1)}, not '${values.to}'`)
  if (form === "otlp" && values.out !== undefined) throw new UsageError("--to=otlp sends to a collector and writes no file: leave --out out, or give --url")
  if (form !== "otlp" && values.url !== undefined) throw new UsageError("--url says where spans go: add --to=otlp")
  return { file, form, out: values.out, url: urlOf(values.url), path: values.path ?? false, width: widthOf(values.width) }
}

function split(argv: readonly string[]) {
  const text = { type: "string" } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { to: text, out: { ...text, short: "o" }, url: text, path: { type: "boolean" }, width: text, help: { type: "boolean", short: "h" } },
    })
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (asyncio-ts timeline --help lists the options)`)
  }
}

function formOf(out: string | undefined): TimelineForm {
  if (out === undefined) return "terminal"
  if (out.endsWith(".perfetto.json")) return "perfetto"
  const form = (["svg", "html", "json"] as const).find((form) => out.endsWith(`.${form}`))
  return form ?? "terminal"
}

function urlOf(url: string | undefined): string | undefined {
  if (url !== undefined && !(URL.canParse(url) && /^https?:/.test(url))) throw new UsageError(`--url takes the address of a collector, such as http://localhost:4318/v1/traces, not '${url}'`)
  return url
}

function widthOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const width = Number(text)
  if (!Number.isInteger(width) || width < 40 || width > 1000) throw new UsageError(`--width takes a number of columns from 40 to 1000, not '${text}'`)
  return width
}
