/** What the page carries: the recording as its file, and facts beside it. */
import { decodeColumns } from "../../src/inspect/flight/decode-columns.ts"
import type { RecordingColumns } from "../../src/inspect/flight/recording-columns.ts"
import type { PageFacts } from "../../src/inspect/page/page-facts.ts"

export async function embedded(): Promise<{ facts: PageFacts; columns: RecordingColumns }> {
  const [facts, recording] = await Promise.all([unpacked("facts"), unpacked("recording")])
  const told = JSON.parse(new TextDecoder().decode(facts)) as PageFacts // written by the page's maker
  return { facts: { ...told, title: readable(told.title) }, columns: withReadable(decodeColumns(recording)) }
}

/** What is not to be seen, or turns round what stands beside it; what joins letters and signs stays. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

function readable(text: string): string {
  return text.replace(UNSEEN, " ")
}

/** Names are those of a program, and may hold anything. */
function withReadable(columns: RecordingColumns): RecordingColumns {
  const { texts, pools } = columns
  if (pools === undefined) return { ...columns, texts: texts.map(readable) }
  const workers = pools.workers.map((worker) => ({ ...worker, pool: readable(worker.pool), label: readable(worker.label) }))
  const jobs = pools.jobs.map((job) => ({ ...job, name: readable(job.name), ...(job.reason === undefined ? {} : { reason: readable(job.reason) }) }))
  return { ...columns, texts: texts.map(readable), pools: { ...pools, workers, jobs } }
}

async function unpacked(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const element = document.getElementById(id)
  const text = element?.textContent?.trim() ?? ""
  element?.remove()
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  // Browsers before 2025 have not got it.
  const { fromBase64 } = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }
  if (fromBase64 !== undefined) return fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at)
  return bytes
}
