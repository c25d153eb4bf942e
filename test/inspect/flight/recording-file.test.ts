import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { gunzipSync, gzipSync } from "node:zlib"

import { crc32 } from "#src/inspect/flight/crc-32.ts"
import { HEAD } from "#src/inspect/flight/encode-columns.ts"
import { readColumns, readRecording, writeRecording } from "#src/inspect/flight/recording-file-node.ts"
import { RecordingError } from "#src/inspect/flight/recording-error.ts"
import type { Recording } from "#src/inspect/recording.ts"
import { Random, random } from "../../support/random.ts"
import { randomRecording } from "./random-recording.ts"

const EMPTY: Recording = { tasks: [], events: [], dropped: 0 }
const sentence = (bytes: Uint8Array): string => {
  try {
    readRecording(bytes)
  } catch (error) {
    assert.ok(error instanceof RecordingError, `${String(error)} is no RecordingError`)
    assert.equal(error.message.split("\n").length, 1)
    return error.message
  }
  return "read"
}

describe("a recording in a file", () => {
  random("comes back as it was, and is written again as the same bytes", 100, (source) => {
    const recording = randomRecording(source, source.below(60))
    const bytes = writeRecording(recording)
    const read = readRecording(bytes)
    assert.deepEqual(read, recording)
    assert.deepEqual(writeRecording(read), bytes)
    assert.deepEqual(readRecording(gunzipSync(bytes)), recording)
  })

  random("says in one sentence that it was cut short, wherever that is", 2, (source) => {
    const packed = writeRecording(randomRecording(source, 300))
    for (const bytes of [packed, gunzipSync(packed)]) {
      for (let length = 1; length < bytes.length; length += 97) assert.match(sentence(bytes.subarray(0, length)), /was cut short/, `${length} bytes of ${bytes.length}`)
      assert.match(sentence(bytes.subarray(0, bytes.length - 1)), /was cut short/)
    }
  })

  random("is never read wrongly with a bit that has turned over", 2, (source) => {
    const recording = randomRecording(source, 40)
    const packed = writeRecording(recording)
    for (const original of [packed, gunzipSync(packed)]) {
      for (let round = 0; round < 400; round += 1) {
        const bytes = Uint8Array.from(original)
        // The first hundred bytes hold what steers the rest.
        const at = source.below(source.chance(30) ? Math.min(100, bytes.length) : bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << source.below(8))
        // gzip has bytes that mean nothing to whoever unpacks it.
        if (sentence(bytes) === "read") assert.deepEqual(readRecording(bytes), recording)
      }
    }
  })

  random("is refused and not believed where its check sum fits and its contents do not", 2, (source) => {
    const plain = gunzipSync(writeRecording(randomRecording(source, 30)))
    for (let round = 0; round < 500; round += 1) {
      const bytes = Uint8Array.from(plain)
      for (let times = 1 + source.below(3); times > 0; times -= 1) bytes[HEAD + source.below(bytes.length - HEAD)] = source.below(256)
      new DataView(bytes.buffer).setUint32(16, crc32(bytes.subarray(HEAD)), true)
      sentence(bytes)
    }
  })

  it("of another version says which, and which is read", () => {
    const bytes = gunzipSync(writeRecording(EMPTY))
    bytes[8] = 7
    assert.equal(
      sentence(gzipSync(bytes)),
      "the recording is of version 7, and this asyncio-ts reads version 1: read it with the asyncio-ts that wrote it, or a newer one",
    )
    assert.throws(() => writeRecording({ ...EMPTY, version: 2 } as never), { code: "ERR_RECORDING", message: /cannot write a recording of version 2/ })
  })

  it("is told from what is none", () => {
    assert.match(sentence(new Uint8Array()), /is empty/)
    for (const text of ["{}", "#!/bin/sh", "AIOTSREX", "\u001f"]) assert.match(sentence(Buffer.from(text)), /is no recording|cut short/)
    assert.match(sentence(gzipSync("some log")), /is no recording/)
    assert.match(sentence(Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 1, 2])), /is no recording/)
  })

  it("that unpacks to gigabytes is not unpacked", { timeout: 60_000 }, () => {
    // A member of 64 MiB of zeros takes 64 KiB, and members may follow each other.
    const member = gzipSync(new Uint8Array(2 ** 26), { level: 1 })
    assert.match(sentence(Buffer.concat(new Array<Buffer>(5).fill(member))), /unpacks to more than/)
  })

  it("takes few bytes an event, and gives a million events as columns at once", () => {
    const count = 1_000_000
    const source = new Random(1)
    let time = 1234.5
    const events: Recording["events"] = Array.from({ length: count }, (_, at) => {
      time = Math.round((time + source.below(5000) / 1e9) * 1e9) / 1e9
      const task = source.below(500)
      if (at % 3 === 0) return { kind: "parked", task, time, on: source.pick(["sleep", "Lock.acquire", "Queue.get"]), place: `main (file:///shop/main.ts:${source.below(40)}:3)` }
      return at % 3 === 1 ? { kind: "ready", task, time, by: source.below(500) } : { kind: "resumed", task, time }
    })
    const tasks = Array.from({ length: 500 }, (_, id) => ({ id, name: `Task-${id}`, code: "work", loop: 1, leftBehind: false }))
    const bytes = writeRecording({ tasks, events, dropped: 0 })
    assert.ok(bytes.length / count <= 12, `${bytes.length / count} bytes an event`)
    const begun = performance.now()
    const columns = readColumns(bytes)
    const took = performance.now() - begun
    assert.equal(columns.events.count, count)
    assert.equal(columns.events.time.at(-1), time)
    assert.ok(took < 20_000, `${took} ms`)
  })
})
