/**
 * Reads what `encodeColumns` has written; see there for the form.
 */
import type { TaskEnd } from "../../core/observer.ts"
import type { RecordedPools } from "../recording.ts"
import { ByteReader } from "./byte-reader.ts"
import { crc32 } from "./crc-32.ts"
import { hasWhat, HEAD, MAGIC, Part, VERSION } from "./encode-columns.ts"
import { DONE, EVENT_KINDS, NO_TASK, PARKED, PAUSE_KINDS, READY, type EventColumns, type RecordingColumns, type TaskColumns } from "./recording-columns.ts"
import { cutShort, damaged, noRecording, RecordingError } from "./recording-error.ts"

const ENDS: Record<TaskEnd, true> = { returned: true, failed: true, cancelled: true, "left behind": true }

/**
 * The columns of a recording that is not compressed, or no more.
 *
 * @throws RecordingError for what is no recording, or is cut short, damaged or of another version.
 */
export function decodeColumns(bytes: Uint8Array): RecordingColumns {
  for (let at = 0; at < MAGIC.length; at += 1) {
    if (at === bytes.length && at > 0) throw cutShort()
    if (bytes[at] !== MAGIC.charCodeAt(at)) throw noRecording()
  }
  if (bytes.length < HEAD) throw cutShort()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(MAGIC.length, true)
  if (version !== VERSION) {
    throw new RecordingError(
      `the recording is of version ${version}, and this asyncio-ts reads version ${VERSION}: ` +
        `read it with the asyncio-ts that wrote it, or ${version > VERSION ? "a newer one" : "record again"}`,
    )
  }
  const body = bytes.subarray(HEAD)
  const length = view.getUint32(MAGIC.length + 4, true)
  if (body.length < length) throw cutShort()
  if (body.length > length) throw damaged("something follows its end")
  if (crc32(body) !== view.getUint32(MAGIC.length + 8, true)) throw damaged("its check sum does not fit")
  const from = new ByteReader(body)
  const columns = read(from)
  if (from.left > 0) throw damaged("something follows its end")
  return columns
}

function read(from: ByteReader): RecordingColumns {
  const parts = from.byte()
  const has = (name: keyof typeof Part): boolean => (parts & Part[name]) !== 0
  const number = (): number => from.numbers(1)[0] ?? NaN
  const version = has("version") ? 1 : undefined
  const reason = has("reason") ? from.text() : undefined
  const epoch = has("epoch") ? number() : undefined
  const taken = has("taken") ? number() : undefined
  const [lostTexts = 0, lostEdges = 0] = has("lost") ? from.numbers(2) : []
  const dropped = number()
  const texts = Array.from({ length: from.count() }, () => from.text())
  const ids = from.numbers(from.count())
  const tasks = readTasks(from, texts.length, ids.length)
  const events = readEvents(from, texts, ids.length)
  return {
    version,
    reason,
    epoch,
    taken,
    dropped,
    lost: has("lost") ? { texts: lostTexts, edges: lostEdges } : undefined,
    texts,
    ids,
    tasks,
    events,
    callbacks: has("callbacks") ? readCallbacks(from, texts.length) : undefined,
    pauses: has("pauses") ? readPauses(from, texts.length) : undefined,
    pools: has("pools") ? readPools(from) : undefined,
  }
}

function each(from: ByteReader, count: number, end: number): Uint32Array {
  const column = new Uint32Array(count)
  for (let at = 0; at < count; at += 1) column[at] = from.below(end)
  return column
}

function kindsBelow(from: ByteReader, count: number, end: number): Uint8Array {
  const kinds = from.bytes(count).slice()
  if (kinds.some((kind) => kind >= end)) throw damaged("it has a kind that is not known")
  return kinds
}

function readTasks(from: ByteReader, texts: number, ids: number): TaskColumns {
  const count = from.count()
  if (count > ids) throw damaged("it has more tasks than names for them")
  const name = each(from, count, texts)
  const code = each(from, count, texts)
  const place = each(from, count, texts)
  const loop = from.numbers(count)
  const parent = each(from, count, ids + 1).map((number) => (number === 0 ? NO_TASK : number - 1))
  return { count, name, code, place, loop, parent, leftBehind: kindsBelow(from, count, 2) }
}

function readEvents(from: ByteReader, texts: readonly string[], ids: number): EventColumns {
  const count = from.count()
  const kind = kindsBelow(from, count, EVENT_KINDS.length)
  const task = new Uint32Array(count)
  let last = 0
  for (let at = 0; at < count; at += 1) {
    last += from.signed()
    if (last < 0 || last >= ids) throw damaged("it names a task that it does not hold")
    task[at] = last
  }
  const time = from.numbers(count)
  const texted = (): Uint32Array => {
    const column = new Uint32Array(count)
    for (let at = 0; at < count; at += 1) if (hasWhat(kind[at])) column[at] = from.below(texts.length)
    return column
  }
  const what = texted()
  for (let at = 0; at < count; at += 1) {
    if (kind[at] === DONE && !Object.hasOwn(ENDS, texts[what[at] ?? 0] ?? "")) throw damaged("a task ends in no known way")
  }
  const detail = texted()
  const place = new Uint32Array(count)
  const by = new Uint32Array(count).fill(NO_TASK)
  const awaitsFrom = new Uint32Array(count + 1)
  for (let at = 0; at < count; at += 1) if (kind[at] === PARKED) place[at] = from.below(texts.length)
  for (let at = 0; at < count; at += 1) if (kind[at] === READY) by[at] = from.below(ids + 1) - 1 // none becomes NO_TASK
  let total = 0
  for (let at = 0; at < count; at += 1) {
    if (kind[at] === PARKED) total += from.number()
    awaitsFrom[at + 1] = total
  }
  if (total > from.left) throw damaged("it promises more than it holds")
  return { count, kind, task, time, what, detail, place, by, awaitsFrom, awaits: each(from, total, ids) }
}

function readCallbacks(from: ByteReader, texts: number): RecordingColumns["callbacks"] {
  const count = from.count()
  return { count, loop: from.numbers(count), name: each(from, count, texts), from: from.numbers(count), to: from.numbers(count) }
}

function readPauses(from: ByteReader, texts: number): RecordingColumns["pauses"] {
  const count = from.count()
  return {
    count,
    kind: kindsBelow(from, count, PAUSE_KINDS.length),
    from: from.numbers(count),
    to: from.numbers(count),
    what: each(from, count, texts),
    place: each(from, count, texts),
    advice: each(from, count, texts),
  }
}

function readPools(from: ByteReader): RecordedPools {
  const text = from.text()
  try {
    return JSON.parse(text) as RecordedPools // the check sum says that it is what was written
  } catch (error) {
    throw damaged("what it says of workers cannot be read", error)
  }
}
