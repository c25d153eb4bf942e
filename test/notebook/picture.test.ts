import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { Recorder, timelineOf, type Recording } from "asyncio-ts/inspect"
import { installRich } from "#src/notebook/install-rich.ts"
import { picture } from "#src/notebook/picture.ts"
import { rich, type Rich, type Shows } from "#src/notebook/rich.ts"

installRich()

describe("a picture", () => {
  it("shows a recording, or a timeline, as an image that styles nothing else", async () => {
    const recording = await recorded()
    for (const drawn of [recording, timelineOf(recording)]) {
      const { "text/html": html = "", "text/plain": plain } = picture(drawn, { title: 'of "tea"' })[rich]()
      const [, alt, svg = ""] = /^<img alt="([^"]*)" src="data:image\/svg\+xml,([^"]*)">$/.exec(html) ?? []
      assert.equal(alt, "of &#34;tea&#34;")
      assert.equal(decodeURIComponent(svg), picture(drawn, { title: 'of "tea"' }).toSvg())
      assert.match(plain, /tea/)
    }
  })

  it("draws what it stands on, since a notebook may be dark where its reader is not", async () => {
    assert.match(picture(await recorded()).toSvg(), /<rect class="paper" width="100%" height="100%"\/>/)
    assert.doesNotMatch(picture(await recorded(), { paper: false }).toSvg(), /paper/)
  })

  it("refuses what is neither, and says what to do", () => {
    for (const wrong of [undefined, null, 3, "recording", {}, new Recorder()]) {
      assert.throws(() => picture(wrong as never), { name: "TypeError", message: /^picture takes a recording or a timeline, not .*; a recorder has recording\(\)/ })
    }
  })
})

describe("what a notebook shows", () => {
  it("of a recorder is what it has so far", async () => {
    const recorder = new Recorder().start()
    await asyncio.run(() => asyncio.sleep(0), { name: "tea" })
    assert.match(shown(recorder)["text/plain"], /tea/)
    recorder.stop()
  })

  it("of a task is its card", async () => {
    await asyncio.run(async () => {
      assert.match(shown(asyncio.createTask(asyncio.sleep(0), { name: "tea" }))["text/html"] ?? "", /<b>tea<\/b> not started/)
    })
  })

  it("of a coroutine that nobody has awaited is what to do", async () => {
    const coroutine = asyncio.sleep(0)
    assert.match(shown(coroutine)["text/plain"], /^<coroutine sleep> has not started: await it, or give it to createTask\(…\)$/)
    await asyncio.run(coroutine)
    assert.equal(shown(coroutine)["text/plain"], "<coroutine sleep>")
  })
})

function shown(of: object): Rich {
  return (of as Shows)[rich]()
}

async function recorded(): Promise<Recording> {
  const recorder = new Recorder().start()
  await asyncio.run(() => asyncio.sleep(0), { name: "tea" })
  recorder.stop()
  return recorder.recording()
}
