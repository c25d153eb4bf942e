/**
 * The form in which a recording is stored, before it is compressed. Numbers are as `ByteWriter`
 * writes them: `n` a whole number in bytes of seven bits, `t` a text, `c` a column of numbers
 * as differences, whole, in nanoseconds or raw.
 *
 *     "AIOTSREC"                          8 bytes
 *     version                             4 bytes, the lowest first, and so the two that follow
 *     length of the rest, its CRC-32      4 bytes each
 *     what there is                       1 byte: the bits of `Part`
 *     [reason t] [epoch c] [taken c] [lost texts, edges c]
 *     dropped                             c of one
 *     texts                               n, then each t; number 0 stands for none
 *     ids                                 n, then c
 *     tasks                               n, then name, code, place n each; loop c; parent + 1 n; left behind 1 byte each
 *     events                              n, then kind 1 byte each; task n each, as difference; time c;
 *                                         what n each, of parked, done and cancel requested; detail n each, of the same;
 *                                         place n each, of parked; by + 1 n each, of ready;
 *                                         how many it awaits n each, of parked; then all that are awaited n each
 *     [callbacks]                         n, then loop c, name n each, from c, to c
 *     [pauses]                            n, then kind 1 byte each, from c, to c, what, place, advice n each
 *     [pools]                             t, as JSON
 *
 * The first three are of every version.
 */
import { ByteWriter } from "./byte-writer.ts"
import { crc32 } from "./crc-32.ts"
import { CANCEL_REQUESTED, DONE, NO_TASK, PARKED, READY, type EventColumns, type RecordingColumns } from "./recording-columns.ts"

export const MAGIC = "AIOTSREC"
export const VERSION = 1
/** Of magic, version, length and check sum. */
export const HEAD = MAGIC.length + 12

/** What a recording may have. */
export const Part = { version: 1, reason: 2, epoch: 4, taken: 8, lost: 16, callbacks: 32, pauses: 64, pools: 128 } as const

/** The bytes of a recording, not compressed. */
export function encodeColumns(columns: RecordingColumns): Uint8Array<ArrayBuffer> {
  const body = bodyOf(columns)
  const head = new ByteWriter()
  for (const character of MAGIC) head.byte(character.charCodeAt(0))
  head.fixed(VERSION)
  head.fixed(body.length)
  head.fixed(crc32(body))
  const all = new Uint8Array(HEAD + body.length)
  all.set(head.taken())
  all.set(body, HEAD)
  return all
}

function bodyOf(columns: RecordingColumns): Uint8Array {
  const { reason, epoch, taken, lost, dropped, texts, ids, tasks, callbacks, pauses, pools } = columns
  const to = new ByteWriter()
  to.byte(partsOf(columns))
  if (reason !== undefined) to.text(reason)
  if (epoch !== undefined) to.numbers([epoch])
  if (taken !== undefined) to.numbers([taken])
  if (lost !== undefined) to.numbers([lost.texts, lost.edges])
  to.numbers([dropped])
  to.number(texts.length)
  for (const text of texts) to.text(text)
  to.number(ids.length)
  to.numbers(ids)

  to.number(tasks.count)
  for (const column of [tasks.name, tasks.code, tasks.place]) writeEach(to, column)
  to.numbers(tasks.loop)
  for (const parent of tasks.parent) to.number(parent === NO_TASK ? 0 : parent + 1)
  to.bytes(tasks.leftBehind)

  writeEvents(to, columns.events)
  if (callbacks !== undefined) {
    to.number(callbacks.count)
    to.numbers(callbacks.loop)
    writeEach(to, callbacks.name)
    to.numbers(callbacks.from)
    to.numbers(callbacks.to)
  }
  if (pauses !== undefined) {
    to.number(pauses.count)
    to.bytes(pauses.kind)
    to.numbers(pauses.from)
    to.numbers(pauses.to)
    for (const column of [pauses.what, pauses.place, pauses.advice]) writeEach(to, column)
  }
  if (pools !== undefined) to.text(JSON.stringify(pools))
  return to.taken()
}

function partsOf(columns: RecordingColumns): number {
  let parts = 0
  for (const [name, bit] of Object.entries(Part)) if (columns[name as keyof typeof Part] !== undefined) parts |= bit // the keys of Part
  return parts
}

function writeEach(to: ByteWriter, column: ArrayLike<number>): void {
  for (let at = 0; at < column.length; at += 1) to.number(column[at] ?? 0)
}

function writeEvents(to: ByteWriter, { count, kind, task, time, what, detail, place, by, awaitsFrom, awaits }: EventColumns): void {
  to.number(count)
  to.bytes(kind)
  let last = 0
  for (const number of task) {
    to.signed(number - last)
    last = number
  }
  to.numbers(time)
  for (const column of [what, detail]) for (let at = 0; at < count; at += 1) if (hasWhat(kind[at])) to.number(column[at] ?? 0)
  for (let at = 0; at < count; at += 1) if (kind[at] === PARKED) to.number(place[at] ?? 0)
  for (let at = 0; at < count; at += 1) if (kind[at] === READY) to.number(by[at] === NO_TASK ? 0 : (by[at] ?? 0) + 1)
  for (let at = 0; at < count; at += 1) if (kind[at] === PARKED) to.number((awaitsFrom[at + 1] ?? 0) - (awaitsFrom[at] ?? 0))
  writeEach(to, awaits)
}

/** Whether events of a kind say what and in detail. */
export function hasWhat(kind: number | undefined): boolean {
  return kind === PARKED || kind === DONE || kind === CANCEL_REQUESTED
}
