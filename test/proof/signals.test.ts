/**
 * That the proof can fail. Its own programs run on real time, in which one may be over before a
 * signal has come: they are for `npm run proof -- signals`.
 */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { PROGRAMS } from "../../proof/signals/programs.ts"
import { trySignals } from "../../proof/signals/signals.ts"

const skip = process.platform === "win32" && "there is no way to interrupt a process there"

describe("signals", { skip }, () => {
  it("there are at least thirty programs beside the random ones", () => {
    assert.ok(Object.keys(PROGRAMS).length >= 30)
  })

  for (const [what, body, failure] of [
    ["skips a finally", "say('+one')", /the finally of 'one' did not run/],
    ["runs one twice", "say('+one'); say('-one'); say('-one')", /the finally of 'one' ran twice/],
    ["writes to stderr", "console.error('oh')", /it wrote to stderr/],
    ["breaks off", "say('+one'); say('-one'); process.exit(0)", /it broke off by code 0 before its end/],
    ["ends with another code", "process.exitCode = 7", /it ended by code 7, not code 0/],
  ] as const) {
    it(`a program that ${what} is found out`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-signals-test-"))
      try {
        const child = join(folder, "child.mjs")
        writeFileSync(child, `const say = (what) => console.log(what, Date.now()); ${body}; say("=1")`)
        const { failures, done } = await trySignals({ size: 1, seed: 1, signal: t.signal, progress: () => {} }, { programs: [{ program: "planted" }], child, judgeTime: false })
        assert.match(failures.join(), failure)
        assert.equal(done, 0, "no signal came, so nothing was tried")
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
})
