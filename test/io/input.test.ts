import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { input } from "#src/io/input.ts"
import { needs } from "../support/needs.ts"
import { piped, type Piped } from "./support/piped.ts"
import { inTerminal } from "./support/terminal.ts"

const restored = /left with 0: isig icanon echo/

function asked(way: string, given: Piped): Promise<string> {
  return piped("ask.ts", [way], given)
}

describe("input from a pipe", () => {
  it("gives one line after the other, in the order of the calls, without their ends", async () => {
    assert.equal(await asked("twoAtOnce", { text: "tea\nmilk\n" }), "one? two? tea milk\n")
    assert.equal(await asked("four", { text: "a\r\n\nü\nlast" }), "more? more? more? more? a||ü|last\n")
  })

  it("is an EOFError at the end", async () => {
    assert.equal(await asked("untilTheEnd", { text: "tea\nmilk" }), '? got "tea"\n? got "milk"\n? EOFError the standard input has ended; no line is left for input()\n')
    assert.match(await asked("untilTheEnd", { text: "" }), /^\? EOFError/)
  })

  it("lets other tasks run, and the process end though the pipe is open", async () => {
    assert.equal(await asked("tick", { text: "tea\nmore", open: true }), "? answer tea\n")
  })

  it("when it is cancelled or late, leaves what has come to the next one", async () => {
    assert.equal(await asked("tooLate", { text: "", open: true, later: "tea\n" }), "quick? TimeoutError\nslow? slow tea\n")
  })
})

describe("input from a terminal", { skip: needs("tmux", "tmux"), concurrency: 2 }, () => {
  it("asks one after the other, with the usual editing keys, and leaves the terminal as it was", async () => {
    await inTerminal("ask.ts", ["twoAtOnce"], async (terminal) => {
      await terminal.shows(/^one\?$/m)
      terminal.press("xea", "Home", "DC", "t", "Enter")
      await terminal.shows(/^one\? tea\ntwo\?$/m)
      terminal.press("milkx", "BSpace", "Enter")
      await terminal.shows(/^tea milk$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("loses nothing of several lines that are pasted at once", async () => {
    await inTerminal("ask.ts", ["four"], async (terminal) => {
      await terminal.shows(/more\?/)
      terminal.paste("tea\nmilk\nsugar\nspi")
      await terminal.shows(/more\? spi$/m)
      terminal.press("ce", "Enter")
      await terminal.shows(/^tea\|milk\|sugar\|spice$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("is an EOFError for Ctrl-D on an empty line, and can be asked again", async () => {
    await inTerminal("ask.ts", ["untilTheEnd"], async (terminal) => {
      await terminal.shows(/\?$/m)
      terminal.press("tea", "Enter")
      await terminal.shows(/got "tea"\n\?$/m)
      terminal.press("C-d")
      await terminal.shows(/^EOFError the standard input has ended/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("with a timeout ends on time, drops what was typed, and asks the next question on a new line", async () => {
    await inTerminal("ask.ts", ["tooLate"], async (terminal) => {
      await terminal.shows(/quick\?/)
      terminal.press("par")
      await terminal.shows(/quick\? par\nTimeoutError\nslow\?$/m)
      terminal.press("tea", "Enter")
      await terminal.shows(/^slow tea$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("when it is cancelled, lets the next one ask", async () => {
    await inTerminal("ask.ts", ["cancelled"], async (terminal) => {
      await terminal.shows(/first\?\s*\nsecond\?$/m)
      terminal.press("tea", "Enter")
      await terminal.shows(/^second tea true$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("ends by Ctrl-C as the program does: KeyboardInterrupt, and the terminal as it was", async () => {
    await inTerminal("ask.ts", ["four"], async (terminal) => {
      await terminal.shows(/more\?/)
      terminal.press("te", "C-c")
      await terminal.shows(/more\? te\n+ended by KeyboardInterrupt$/m)
      assert.match(await terminal.shows(/left with/), /left with 130: isig icanon echo/)
    })
  })

  it("leaves Ctrl-C to the program's own handler, if it has one", async () => {
    await inTerminal("ask.ts", ["ownHandler"], async (terminal) => {
      await terminal.shows(/\?$/m)
      terminal.press("te", "C-c")
      await terminal.shows(/handled/)
      terminal.press("a", "Enter")
      await terminal.shows(/^answer tea$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("stops with Ctrl-Z and goes on, each time in the right mode", async () => {
    await inTerminal(
      "ask.ts",
      ["four"],
      async (terminal) => {
        await terminal.shows(/^more\?$/m)
        terminal.press("te", "C-z")
        await terminal.shows(/Stopped/)
        terminal.press("stty -a | grep -c -w -e '-icanon'; fg", "Enter")
        await terminal.shows(/^0$[^]*^more\? te$/m)
        terminal.press("a", "Enter")
        await terminal.shows(/^more\? tea\nmore\?$/m)
        for (const text of ["b", "c", "d"]) terminal.press(text, "Enter")
        await terminal.shows(/^tea\|b\|c\|d$/m)
      },
      { inShell: true },
    )
  })

  it("gives a secret that was cancelled as it was entered to nobody", async () => {
    await inTerminal("ask.ts", ["secretCancelled"], async (terminal) => {
      await terminal.shows(/secret\?/)
      terminal.press("chai", "Enter")
      await terminal.shows(/CancelledError\n+next\?/)
      terminal.press("milk", "Enter")
      assert.doesNotMatch(await terminal.shows(/left with 0/), /chai/)
    })
  })

  it("shows nothing of a secret", async () => {
    await inTerminal("ask.ts", ["secret"], async (terminal) => {
      await terminal.shows(/password\?/)
      terminal.press("chhai", "Left", "Left", "BSpace", "Enter")
      const screen = await terminal.shows(/left with/)
      assert.match(screen, /^password\?\nsecret chai\nleft with/)
      assert.match(screen, restored)
    })
  })

  it("brings earlier lines back, and remembers new ones once", async () => {
    await inTerminal("ask.ts", ["history"], async (terminal) => {
      await terminal.shows(/1\?$/m)
      terminal.press("milk", "Enter")
      await terminal.shows(/2\?$/m)
      terminal.press("Up", "Up")
      await terminal.shows(/2\? tea$/m)
      terminal.press("Down", "Enter")
      await terminal.shows(/^tea,milk$/m)
    })
  })
})

describe("input", () => {
  it("refuses what cannot be meant, at the call", () => {
    assert.throws(() => input(7 as never), { name: "TypeError", message: /the prompt of input is text, but 7/ })
    assert.throws(() => input("", { timeout: NaN }), RangeError)
    assert.throws(() => input("", { timeout: "1" as never }), TypeError)
    assert.throws(() => input("", { history: "tea" as never }), TypeError)
  })
})
