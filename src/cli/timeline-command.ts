/**
 * `asyncio-ts timeline`: a recording in the form that somebody wants.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { basename } from "node:path"

import { RuntimeError } from "../errors/misuse.ts"
import { criticalPath } from "../inspect/analysis/critical-path.ts"
import { toPerfetto } from "../inspect/export/perfetto.ts"
import { sendToOpenTelemetry } from "../inspect/export/send-spans-node.ts"
import { RecordingError } from "../inspect/flight/recording-error.ts"
import type { Recording } from "../inspect/recording.ts"
import { renderTimelineSvg } from "../inspect/render-timeline-svg.ts"
import { renderTimeline } from "../inspect/render-timeline.ts"
import { timelineOf } from "../inspect/timeline.ts"
import { parseTimeline, TIMELINE_HELP, type TimelineArguments } from "./timeline-arguments.ts"
import { readRecordingFile } from "./timeline-recording.ts"

const CANNOT = 1
const LEAST_COLUMNS = 40
/** Bars get no easier to compare on a wider screen. */
const MOST_COLUMNS = 160

/** @throws UsageError */
export async function timelineCommand(argv: readonly string[]): Promise<number> {
  const given = parseTimeline(argv)
  if (given === "help") {
    console.log(TIMELINE_HELP)
    return 0
  }
  try {
    return await show(readRecordingFile(readFileSync(given.file)), given)
  } catch (error) {
    const sentence = sentenceOf(error, given)
    if (sentence === undefined) throw error
    console.error(`asyncio-ts: ${sentence}`)
    return CANNOT
  }
}

async function show(recording: Recording, given: TimelineArguments): Promise<number> {
  if (given.form === "otlp") {
    const { url } = given
    const spans = await sendToOpenTelemetry(recording, { ...(url === undefined ? {} : { url }) })
    console.error(`asyncio-ts: ${spans} ${spans === 1 ? "span was" : "spans were"} taken`)
    return 0
  }
  const text = await textOf(recording, given)
  if (given.out === undefined) {
    console.log(text.replace(/\n$/, ""))
  } else {
    writeFileSync(given.out, text)
    console.error(`asyncio-ts: the timeline is in ${given.out}`)
  }
  return 0
}

async function textOf(recording: Recording, { form, file, out, path: marked, width }: TimelineArguments): Promise<string> {
  if (form === "json") return `${JSON.stringify(recording)}\n`
  if (form === "perfetto") return toPerfetto(recording)
  if (form === "html") {
    const { renderTimelinePage } = await import("../inspect/page/render-timeline-page-node.ts")
    return renderTimelinePage(recording, { title: basename(file) })
  }
  const timeline = timelineOf(recording)
  const path = marked ? criticalPath(recording) : undefined
  const shown = path === undefined ? {} : { path }
  if (form === "svg") return renderTimelineSvg(timeline, { title: basename(file), ...shown })
  const { columns, isTTY }: Partial<typeof process.stdout> = process.stdout // a pipe has neither
  const screen = Math.max(LEAST_COLUMNS, Math.min(columns ?? 80, MOST_COLUMNS))
  const color = out === undefined && isTTY && process.stdout.hasColors()
  return `${renderTimeline(timeline, { width: width ?? screen, color, wakes: true, ...shown }).join("\n")}\n`
}

/** What is told of an error that is no defect of this program. */
function sentenceOf(error: unknown, { file, out }: TimelineArguments): string | undefined {
  if (error instanceof RecordingError) return `cannot show ${file}: ${error.message}`
  if (error instanceof RuntimeError) return error.message
  const { code, syscall, path } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof code !== "string" || syscall === undefined) return undefined
  const writing = out !== undefined && path === out
  const why = { ENOENT: writing ? "its folder does not exist" : "there is no such file", EACCES: "this user may not", EISDIR: "it is a folder", ENOSPC: "the disk is full" }[code] ?? code
  return `cannot ${writing ? "write" : "read"} ${writing ? out : file}: ${why}`
}
