/**
 * Recordings, which come from others as files.
 */
import { deepEqual, equal, ok } from "node:assert/strict"
import * as asyncio from "asyncio-ts"
import { Recorder, RecordingError, renderTimeline, renderTimelineSvg, timelineOf, toPerfetto, verdictOf, type Recording } from "asyncio-ts/inspect"
import { replay, Schedule } from "asyncio-ts/testing"
import { readRecordingFile } from "#src/cli/timeline-recording.ts"
import { crc32 } from "#src/inspect/flight/crc-32.ts"
import { decodeColumns } from "#src/inspect/flight/decode-columns.ts"
import { encodeColumns, HEAD } from "#src/inspect/flight/encode-columns.ts"
import { columnsOf } from "#src/inspect/flight/columns-of.ts"
import { recordingOf } from "#src/inspect/flight/recording-of.ts"
import { readRecording, writeRecording } from "#src/inspect/flight/recording-file-node.ts"
import { expected, valueOrError, type Target } from "../target.ts"

async function sample(): Promise<Recording> {
  const recorder = new Recorder().start()
  await asyncio.run(async () => {
    const lock = new asyncio.Lock()
    const child = async (): Promise<void> => {
      await lock.run(() => asyncio.sleep(0.001))
    }
    const late = asyncio.createTask(() => asyncio.sleep(5), { name: "late \u001b[31m</script>" })
    await asyncio.gather([child(), child()])
    late.cancel("enough")
    await asyncio.wait([late])
  })
  recorder.stop()
  return recorder.recording()
}

const recorded = await sample()
const encoded = Buffer.from(encodeColumns(columnsOf(recorded)))
const PLACE = "cook (file:///shop/kitchen.ts:7:11)"
/** Of the samples: no real time and place is in them, so that the same seed tries the same. */
const timeless: Recording = {
  ...recorded,
  taken: 10,
  epoch: 20,
  tasks: recorded.tasks.map((task) => ({ ...task, place: PLACE })),
  events: recorded.events.map((event, at) => ({ ...event, time: at / 1000, ...("place" in event ? { place: PLACE } : {}), ...("path" in event ? { path: [PLACE] } : {}) })),
  callbacks: [],
  pauses: [],
}
const timelessJson = Buffer.from(JSON.stringify(timeless))
const timelessBytes = Buffer.from(encodeColumns(columnsOf(timeless)))

/** With the length and the check sum that it should have: damage that these would tell is found at once. */
function sealed(input: Buffer): Buffer {
  if (input.length < HEAD) return input
  const copy = Buffer.from(input)
  encoded.copy(copy, 0, 0, 12)
  copy.writeUInt32LE(copy.length - HEAD, 12)
  copy.writeUInt32LE(crc32(copy.subarray(HEAD)), 16)
  return copy
}

/** Everything that shows a recording. */
function show(recording: Recording): void {
  toPerfetto(recording)
  verdictOf(recording)
  const timeline = timelineOf(recording)
  const lines = renderTimeline(timeline, { width: 80, color: false })
  // A name must not steer the terminal, nor end the picture.
  ok(!/[^\P{Cc}\t\n]/u.test(lines.join("")), "a control character of a name comes through to the terminal")
  const svg = renderTimelineSvg(timeline)
  ok(!/<script/i.test(svg), "a tag of a name comes through to the picture")
}

export const recordingFiles: Target = {
  name: "recording-files",
  sources: ["src/inspect/flight/decode-columns.ts", "src/inspect/flight/byte-reader.ts", "src/inspect/flight/recording-of.ts", "src/inspect/flight/recording-file-node.ts", "src/inspect/flight/columns-of.ts"],
  tokens: ["AIOTSREC", "\0", "\x01", "\x02", "\x7f", new Uint8Array([0x80]), new Uint8Array([0xff, 0xff, 0xff, 0x0f]), new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]), new Uint8Array([0xfe, 0xff, 0x03])],
  samples: [timelessBytes, writeRecording(timeless), timelessBytes.subarray(0, HEAD), encodeColumns(columnsOf({ tasks: [], events: [], dropped: 0 }))],
  try(input, cuts) {
    const bytes = (cuts[0] ?? 0) % 4 === 3 ? input : sealed(input)
    const found = valueOrError(() => decodeColumns(bytes), [RecordingError])
    valueOrError(() => readRecording(input), [RecordingError])
    if ("error" in found) return
    const recording = recordingOf(found.value)
    const again = recordingOf(decodeColumns(encodeColumns(found.value)))
    deepEqual(again, recording)
  },
}

export const recordingsShown: Target = {
  name: "recordings-shown",
  sources: ["src/cli/timeline-recording.ts", "src/inspect/timeline.ts", "src/inspect/render-timeline.ts", "src/inspect/render-timeline-svg.ts", "src/inspect/export/perfetto.ts", "src/inspect/analysis/verdict.ts", "src/inspect/analysis/critical-path.ts", "src/inspect/terminal-row.ts"],
  tokens: ["{", "}", "[", "]", ",", "null", "1e999", "-1", "0", "1.5", "\"\"", "\"task\"", "\"id\":", "\"events\":", "\"tasks\":", "\"kind\":\"parked\"", "\"kind\":\"done\"", "\"kind\":\"created\"", "\"kind\":\"resumed\"", "\"time\":", "\"task\":1", "\"loop\":1", "\"name\":\"\\u001b[2J\"", "\"</script>\"", "true", "\"__proto__\":{}", "\"pools\":{}", "\"callbacks\":[]", "\"pauses\":[]"],
  samples: [timelessJson, '{"tasks":[{}],"events":[{}]}', '{"tasks":[],"events":[],"dropped":0}', timelessBytes],
  try(input, cuts) {
    const bytes = input[0] === 0x7b || (cuts[0] ?? 0) % 4 === 3 ? input : sealed(input)
    const found = valueOrError(() => readRecordingFile(bytes), [RecordingError])
    ok("value" in found || !input.equals(timelessJson), "a recording as it was written is refused")
    if ("error" in found) return
    try {
      show(found.value)
    } catch (error) {
      expected(error, [RecordingError])
    }
  },
}

export const schedules: Target = {
  name: "schedules",
  sources: ["src/testing/explore/schedule.ts"],
  tokens: ["s1:", "s2:", ".", "-", "0", "1", "4-2", "1000", "1000001", " ", "\n", "9".repeat(30)],
  samples: ["s1:", "s1:4.0-2", "s1:0.0.0", "s1:1000-1000000"],
  try(input) {
    const text = input.toString("latin1")
    const found = valueOrError(() => Schedule.parse(text), [TypeError])
    if ("error" in found) return
    // As text: a million choices are compared in no time.
    equal(Schedule.parse(String(found.value)).choices.join(), found.value.choices.join())
  },
}

export const replays: Target = {
  name: "replays",
  sources: ["src/testing/explore/replay.ts", "src/testing/explore/recorded-order.ts"],
  tokens: ["\"task\":1", "\"task\":2", "\"time\":0", "\"time\":1e300", "\"kind\":\"resumed\"", "\"kind\":\"created\"", "null", "-1", "{}", "[]", ","],
  samples: [JSON.stringify(timeless)],
  async try(input) {
    const found = valueOrError(() => readRecordingFile(input), [RecordingError])
    if ("error" in found) return
    try {
      await replay(found.value, async () => {
        await asyncio.gather([asyncio.sleep(1), asyncio.sleep(2)])
      })
    } catch (error) {
      expected(error, [asyncio.RuntimeError, asyncio.DeadlockError, RecordingError])
    }
  },
}
