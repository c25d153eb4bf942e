import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { connect } from "node:net"
import { describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import { longTest } from "../support/older-node.ts"

const PROGRAM = fileURLToPath(new URL("../../examples/weather/main.ts", import.meta.url))

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  /** Seconds from the interruption to the end. */
  readonly took: number
}

/** Runs the program, and interrupts it as soon as `interrupted` has appeared in its output. */
function weather(interrupted?: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv.filter(isCondition), PROGRAM], { detached: true })
    let out = ""
    let err = ""
    let since = Infinity
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      if (interrupted === undefined || since < Infinity || !out.includes(interrupted)) return
      since = performance.now()
      child.kill("SIGINT")
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, out, err, took: (performance.now() - since) / 1000 }))
  })
}

// The test runner's own options would make a test run of the program.
function isCondition(option: string): boolean {
  return /^(-C|--conditions)/.test(option)
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false))
    socket.unref()
  })
}

describe("the weather dashboard", { concurrency: true, skip: longTest }, () => {
  it("ends, without a terminal, with what it has measured", async () => {
    const { code, out, err } = await weather()
    assert.equal(err, "")
    assert.equal(code, 0)
    assert.ok(!out.includes("\x1b"), "escapes without a terminal")
    const lines = out.trimEnd().split("\n")
    const tooLong = lines.filter((line) => line.length > 80)
    assert.deepEqual(tooLong, [])

    const at = lines.findIndex((line) => line.startsWith("10 cities: "))
    const [times = "", leaks = "", same = "", , next = "", ...tries] = lines.slice(at)
    const [, inTurn, together, ratio] = (/^10 cities: (\d+\.\d\d) s in turn, (\d+\.\d\d) s together: (\d+\.\d) ×$/.exec(times) ?? []).map(Number)
    assert.ok(inTurn !== undefined && together !== undefined && ratio !== undefined, times)
    assert.ok(inTurn > 5.8 && together >= 0.66 && Math.abs(inTurn / together - ratio) < 0.2, times)
    assert.match(leaks, /^[1-9] requests leaked by Promise\.all, 0 by TaskGroup$/)
    assert.equal(same, "same trace as CPython: 500 / 500 programs")
    assert.equal(next, "Try next:")
    assert.equal(tries.length, 3)
  })

  it("shows each act as a timeline", async () => {
    const { out } = await weather()
    const [, first = "", second = "", third = "", fourth = "", whole = ""] = out.split(/^(?:[1-4] {2}|The whole run)/m)
    for (const act of [first, second, third, fourth, whole]) {
      for (const city of ["London", "Perth"]) assert.match(act, new RegExp(`^  ${city} +[┃─·░▄]`, "m"))
    }
    assert.match(third, /^  Lima .* no answer$/m)
    assert.match(third, /^  Delhi .*! .*503/m)
    assert.match(third, /^  Perth .*× /m)
    assert.match(third, /still run on the server: \d+\./)
    assert.match(fourth, /^  London +─+░+ +░ .* for nobody$/m)
    assert.match(fourth, /^  London +─+× +× .* given up$/m)
  })

  const moments = [
    "Ten cities",
    "requests go to",
    "1  One after the other",
    "London: 11 °C",
    "Cairo: 34 °C",
    "2  All together",
    "3  In a TaskGroup",
    "Lima: no answer",
    "4  Cairo fails",
    "the error is here",
    "The same failure in a TaskGroup",
    "The whole run",
  ]
  for (const moment of moments) {
    it(`ends in an orderly way on Ctrl-C at "${moment}"`, async () => {
      const { code, signal, out, err, took } = await weather(moment)
      assert.ok(code === 130 || signal === "SIGINT", `exit code ${code}, signal ${signal}, after:\n${out.slice(-500)}`)
      assert.equal(err, "")
      assert.ok(took < 30, `it took ${took} s`)
      assert.ok(!out.includes("Try next:"), "it went on to the end")
      const [, port] = /127\.0\.0\.1:(\d+)/.exec(out) ?? []
      if (port === undefined) return
      assert.match(out, /Ctrl-C: \d+ requests? aborted, server closed\.\n$/)
      assert.equal(await isOpen(Number(port)), false)
    })
  }
})
