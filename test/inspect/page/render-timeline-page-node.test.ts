/** What a page is made of, without a browser. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { gunzipSync } from "node:zlib"
import { RecordingError } from "#src/inspect/flight/recording-error.ts"
import { readRecording, writeRecording } from "#src/inspect/flight/recording-file-node.ts"
import type { PageFacts } from "#src/inspect/page/page-facts.ts"
import { renderTimelinePage } from "#src/inspect/page/render-timeline-page-node.ts"
import { madeRecording } from "./support/made-recording.ts"
import { PLACE, SMALL } from "./support/small-recording.ts"

describe("renderTimelinePage", () => {
  it("carries the recording as its file, whether it is given as data or as a file", async () => {
    for (const given of [SMALL, writeRecording(SMALL)]) {
      assert.deepEqual(readRecording(Buffer.from(part(await renderTimelinePage(given), "recording"), "base64")), SMALL)
    }
  })

  it("names no address that a browser would ask", async () => {
    const page = await renderTimelinePage(SMALL, { title: "small" })
    assert.deepEqual([...page.matchAll(/\b(?:src|href)="[^"]*"|url\([^)]*\)|@import/g)].map(([found]) => found), [])
    assert.doesNotMatch(page, /\b(?:fetch|XMLHttpRequest|WebSocket|EventSource)\(/)
  })

  it("shows no name of a program as HTML", async () => {
    const { tasks, ...rest } = SMALL
    const evil = `<img src=x onerror=alert(1)></script>`
    const page = await renderTimelinePage({ ...rest, tasks: tasks.map((task) => ({ ...task, name: evil })) }, { title: evil })
    assert.ok(!page.includes("onerror"))
    assert.equal(factsOf(page).title, evil)
  })

  it("has the lines of code that the recording names, and none if they are not wanted", async () => {
    const { [PLACE]: line, ...others } = factsOf(await renderTimelinePage(SMALL)).sources
    assert.match(line ?? "", /^export const PLACE = /)
    assert.deepEqual(others, {}, "files that are not here are left out")
    assert.deepEqual(factsOf(await renderTimelinePage(SMALL, { sources: false })).sources, {})
  })

  it("has no line of a file that is no code, whatever a recording names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-page-"))
    try {
      const [secret, inside] = [join(folder, "secret.txt"), join(folder, "folder.ts")]
      writeFileSync(secret, "the key")
      mkdirSync(inside)
      for (const file of [secret, inside, "/dev/zero"]) {
        const place = `main (${file}:1:1)`
        const page = await renderTimelinePage({ ...SMALL, tasks: SMALL.tasks.map((task) => ({ ...task, place })) })
        assert.equal(factsOf(page).sources[place], undefined, file)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it("has the critical path, whose parts are the whole of it, and a verdict", async () => {
    const { path, verdict } = factsOf(await renderTimelinePage(madeRecording(2000, 5)))
    assert.ok(path !== undefined && verdict !== undefined && verdict.length > 20)
    const sum = path.segments.reduce((all, { from, to }) => all + to - from, 0)
    assert.ok(Math.abs(sum - (path.to - path.from)) < 1e-9)
  })

  it("says of a file that was cut short, damaged, of another version or none at all what is wrong, in one sentence", async () => {
    const bytes = writeRecording(SMALL)
    const plain = gunzipSync(bytes)
    const later = Uint8Array.from(plain)
    later[8] = 9
    const damaged = Uint8Array.from(plain)
    damaged[plain.length - 1] = (damaged[plain.length - 1] ?? 0) ^ 0xff
    for (const [given, words] of [
      [bytes.subarray(0, bytes.length >> 1), /^the recording was cut short: [^.]*$/],
      [plain.subarray(0, plain.length - 5), /cut short/],
      [later, /version 9/],
      [damaged, /damaged/],
      [new Uint8Array(), /empty/],
      [new TextEncoder().encode("hello, this is no recording"), /no recording/],
    ] as const) {
      await assert.rejects(renderTimelinePage(given), (error: Error) => error instanceof RecordingError && words.test(error.message))
    }
  })
})

function part(page: string, id: string): string {
  return new RegExp(`<script id="${id}" type="text/plain">([^<]*)<`).exec(page)?.[1] ?? ""
}

function factsOf(page: string): PageFacts {
  return JSON.parse(gunzipSync(Buffer.from(part(page, "facts"), "base64")).toString()) as PageFacts // as the page reads it
}
