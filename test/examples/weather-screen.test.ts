import assert from "node:assert/strict"
import { describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"

import { Screen, type Picture } from "../../examples/weather/screen.ts"

delete process.env["NO_COLOR"]

/** A terminal that keeps what is written to it. */
function terminal(more: { isTTY?: boolean; columns?: number; rows?: number } = {}): { stream: NodeJS.WriteStream; text: () => string } {
  let text = ""
  const stream = {
    isTTY: true,
    columns: 80,
    rows: 24,
    hasColors: () => true,
    write: (written: string) => void (text += written),
    ...more,
  } as unknown as NodeJS.WriteStream // as much of one as a Screen uses
  return { stream, text: () => text }
}

/** A bar that is as long as the loop's time. */
function picture(): Picture {
  const now = asyncio.getRunningLoop().time()
  const span = { state: "waiting", on: "promise", from: 0, to: now } as const
  return { tasks: [{ id: 1, name: "London", loop: 1, from: 0, to: now, spans: [span] }], from: 0, to: 4 }
}

describe("a Screen", () => {
  it("lets a picture grow in its place, and hides the cursor meanwhile", async () => {
    const { stream, text } = terminal()
    await runVirtual(async () => {
      assert.equal(await new Screen(stream).watch(picture, () => asyncio.sleep(2, "done")), "done")
    })
    const frames = text().split("\x1b[?25l")[1]?.split(/\x1b\[\dF/) ?? []
    assert.ok(frames.length > 20, `${frames.length} frames`)
    const lengths = frames.map((frame) => frame.split("─").length)
    assert.deepEqual(lengths, lengths.toSorted((a, b) => a - b))
    assert.ok(text().endsWith("\x1b[?25h"))
  })

  it("gives the cursor back when the work fails or is cancelled", async () => {
    const { stream, text } = terminal()
    await runVirtual(async () => {
      const screen = new Screen(stream)
      const task = asyncio.createTask(() => screen.watch(picture, () => asyncio.sleep(9)))
      await asyncio.sleep(1)
      task.cancel()
      await asyncio.wait([task])
      assert.ok(task.cancelled())
    })
    assert.ok(text().endsWith("\x1b[?25h"))
  })

  it("writes plain lines without a terminal, in a small one, and with NO_COLOR", async () => {
    const plain = async (more: Parameters<typeof terminal>[0], noColor?: string): Promise<string> => {
      const { stream, text } = terminal(more)
      if (noColor !== undefined) process.env["NO_COLOR"] = noColor
      try {
        await runVirtual(async () => {
          const screen = new Screen(stream)
          screen.heading("Title", "code")
          await screen.watch(picture, async () => {
            screen.progress("London: rain")
            await asyncio.sleep(2)
          })
        })
      } finally {
        delete process.env["NO_COLOR"]
      }
      return text()
    }
    const expected = await plain({ isTTY: false })
    assert.match(expected, /^\nTitle\n {2}code\n\n {2}London: rain\n\n.*\n {2}London ─+ +… .*\n.*waiting\n$/s)
    assert.ok(!expected.includes("\x1b"))
    assert.equal(await plain({}, "1"), expected)
    assert.match(await plain({ rows: 10 }), /London: rain/)
    assert.ok(!/\x1b\[\dF/.test(await plain({ rows: 10 })), "the cursor was moved")
  })
})
