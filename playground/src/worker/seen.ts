/** What there is to see of the program at this moment. */
import { ownSnapshotNow } from "../../../src/inspect/snapshot/own-snapshot.ts"
import { renderTree } from "../../../src/inspect/snapshot/render-tree.ts"
import { verdictWithPath } from "../../../src/inspect/analysis/verdict.ts"
import { encodeColumns } from "../../../src/inspect/flight/encode-columns.ts"
import type { RecordingColumns } from "../../../src/inspect/flight/recording-columns.ts"
import { recordingOf } from "../../../src/inspect/flight/recording-of.ts"
import type { PageFacts } from "../../../src/inspect/page/page-facts.ts"
import type { Recorder } from "../../../src/inspect/recorder.ts"
import type { Recording } from "../../../src/inspect/recording.ts"
import type { Seen } from "../messages.ts"
import type { ProgramFile } from "./program-file.ts"

const WIDTH = 100

export async function seenOf(recorder: Recorder, file: ProgramFile): Promise<Seen> {
  return seenIn(recorder.columns("asked"), file, treeNow(file))
}

/** What a recording shows, with the tree of the tasks that wait now. */
export async function seenIn(taken: RecordingColumns, file: ProgramFile, tree = ""): Promise<Seen> {
  const columns: RecordingColumns = { ...taken, texts: taken.texts.map((text) => file.readable(text)) }
  const recording = recordingOf(columns)
  const [facts, bytes] = await Promise.all([
    packed(new TextEncoder().encode(JSON.stringify(factsOf(recording, columns, file)))),
    packed(encodeColumns(columns)),
  ])
  return { recording, parts: { facts, recording: bytes }, tree }
}

function treeNow(file: ProgramFile): string {
  const snapshot = ownSnapshotNow({ pid: 0, node: "", program: file.name, takenAt: new Date().toISOString(), uptime: 0 })
  if (snapshot.tasks.length === 0) return ""
  // Its first line is of a process, which a page is not.
  return file.readable(renderTree(snapshot, { width: WIDTH }).split("\n").slice(1).join("\n"))
}

function factsOf(recording: Recording, columns: RecordingColumns, file: ProgramFile): PageFacts {
  const { verdict, path } = verdictWithPath(recording)
  const places = [...columns.texts, ...verdict.advice.map(({ place }) => place ?? "")]
  const sources = places.flatMap((place) => {
    const line = file.lineAt(place)
    return line === undefined || line === "" ? [] : [[place, line] as const]
  })
  return {
    title: file.name,
    advice: verdict.advice,
    verdict: verdict.text,
    sources: Object.fromEntries(sources),
    ...(path === undefined || path.to <= path.from ? {} : { path }),
  }
}

async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))
  const packed = new Uint8Array(await new Response(stream).arrayBuffer())
  let binary = ""
  for (const byte of packed) binary += String.fromCharCode(byte)
  return btoa(binary)
}
