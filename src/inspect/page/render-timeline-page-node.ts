/**
 * The timeline as a page: one file that needs nothing else.
 */
import { gzipSync } from "node:zlib"
import type { CriticalPath } from "../analysis/critical-path.ts"
import { verdictWithPath } from "../analysis/verdict.ts"
import { readColumns, writeColumns } from "../flight/recording-file-node.ts"
import { columnsOf } from "../flight/columns-of.ts"
import type { RecordingColumns } from "../flight/recording-columns.ts"
import { recordingOf } from "../flight/recording-of.ts"
import type { Recording } from "../recording.ts"
import { pageTemplate } from "./page-template-node.ts"
import type { PageFacts } from "./page-facts.ts"
import { sourceLines } from "./source-lines-node.ts"

/** What a page says beside what happened. */
export interface PageOptions {
  /** What it is called; `Timeline` by default. */
  readonly title?: string
  /** Until when tasks that live are drawn, in seconds of the host's clock; by default when the recording was taken. */
  readonly until?: number
  /** Whether it shows the lines of code that the recording names, where their files are here; true by default. */
  readonly sources?: boolean
}

/**
 * A recording as a page that shows what each task did, in any browser and without a network: rows of
 * tasks with what they waited for, who woke them, the critical path and what would make it faster.
 *
 * @param recording - or the bytes of its file
 * @returns the page as HTML.
 * @throws RecordingError for bytes that are no recording, or are cut short, damaged or of another version.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { Recorder, renderTimelinePage } from "asyncio-ts/inspect"
 *
 * const recorder = new Recorder().start()
 * await asyncio.run(() => asyncio.sleep(0.01), { name: "nap" })
 * recorder.stop()
 *
 * const page = await renderTimelinePage(recorder.recording(), { title: "A nap" })
 * console.log(page.startsWith("<!doctype html>")) // -> true
 * ```
 */
export async function renderTimelinePage(recording: Recording | Uint8Array, options: PageOptions = {}): Promise<string> {
  const columns = recording instanceof Uint8Array ? readColumns(recording) : columnsOf(recording)
  const facts = factsOf(recording instanceof Uint8Array ? recordingOf(columns) : recording, columns, options)
  const parts = { facts: gzipSync(JSON.stringify(facts)), recording: writeColumns(columns) }
  const template = await pageTemplate()
  // In base64, no name of the recording can end a script.
  return template
    .replace("%facts%", () => parts.facts.toString("base64"))
    .replace("%recording%", () => Buffer.from(parts.recording).toString("base64"))
}

function factsOf(recording: Recording, columns: RecordingColumns, { title = "Timeline", until, sources = true }: PageOptions): PageFacts {
  const end = until === undefined ? {} : { until }
  const { verdict, path } = verdictWithPath(recording, end)
  const advice = verdict.advice.map(({ text, assumed, task, place, from, to }) => ({
    text,
    ...(assumed === undefined ? {} : { assumed }),
    ...(task === undefined ? {} : { task }),
    ...(place === undefined ? {} : { place }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }))
  return {
    title,
    advice,
    verdict: verdict.text,
    sources: sources ? sourceLines(columns, advice.map(({ place }) => place)) : {},
    ...(path === undefined || path.to <= path.from ? {} : { path: pathFacts(path) }),
    ...end,
  }
}

function pathFacts({ loop, from, to, complete, segments }: CriticalPath): NonNullable<PageFacts["path"]> {
  return { loop, from, to, complete, segments: segments.map(({ task, from, to, state }) => ({ task, from, to, state })) }
}
