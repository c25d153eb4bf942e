import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, it } from "node:test"

import { stdin } from "#src/io/standard-input.ts"
import { needs } from "../support/needs.ts"
import { piped, type Piped } from "./support/piped.ts"
import { inTerminal } from "./support/terminal.ts"

const restored = /left with 0: isig icanon echo/

function asked(way: string, given: Piped): Promise<string> {
  return piped("ask.ts", [way], given)
}

describe("the standard input from a pipe", () => {
  it("gives its lines up to the end, however they are cut", async () => {
    assert.equal(await asked("lines", { text: "tea\n\nmilk\r\nlast" }), "<tea>\n<>\n<milk>\n<last>\nend of lines null\n")
    assert.equal(await asked("lines", { text: "" }), "end of lines null\n")
  })

  it("puts characters together that came in parts", async () => {
    const text = Buffer.from("grün\n")
    assert.equal(await asked("lateLine", { text: text.subarray(0, 3), open: true, later: text.subarray(3) }), "TimeoutError\ngrün\n")
  })

  it("keeps what came before a line was complete for the next one who reads", async () => {
    assert.equal(await asked("lateLine", { text: "te", open: true, later: "a\nmore" }), "TimeoutError\ntea\n")
  })

  it("gives keys as well, and the rest as lines", async () => {
    assert.equal(await asked("keys", { text: "aA\x1b[A\x04qrest\nmore" }), "ready\nkey a/a\nkey a/A shift\nkey up/\nkey d/ ctrl\nkey q/q\nrest rest\n")
    assert.equal(await asked("keys", { text: "a" }), "ready\nkey a/a\nrest null\n")
    assert.equal(await asked("key", { text: "" }), "no key\n")
  })

  it("may be a file, or nothing at all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-test-"))
    writeFileSync(join(folder, "lines"), "tea\nmilk")
    const output = async (input: number | "ignore"): Promise<string> => {
      const program = fileURLToPath(new URL("programs/ask.ts", import.meta.url))
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source", program, "lines"], { stdio: [input, "pipe", "inherit"] })
      let written = ""
      child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (written += chunk))
      await new Promise((resolve) => child.on("close", resolve))
      return written
    }
    const fd = openSync(join(folder, "lines"), "r")
    try {
      assert.equal(await output(fd), "<tea>\n<milk>\nend of lines null\n")
      assert.equal(await output("ignore"), "end of lines null\n")
    } finally {
      closeSync(fd)
      rmSync(folder, { recursive: true })
    }
  })
})

describe("the standard input from a terminal", { skip: needs("tmux", "tmux"), concurrency: 2 }, () => {
  it("gives lines in the terminal's own mode, up to Ctrl-D", async () => {
    await inTerminal("ask.ts", ["lines"], async (terminal) => {
      terminal.press("tea", "Enter")
      await terminal.shows(/^<tea>$/m)
      terminal.press("C-d")
      await terminal.shows(/^end of lines null$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("gives keys at once, unseen, also those between two reads, and the terminal as it was", async () => {
    await inTerminal("ask.ts", ["keys"], async (terminal) => {
      await terminal.shows(/^ready$/m)
      terminal.press("a")
      await terminal.shows(/^key a\/a$/m)
      terminal.press("Up", "C-d", "é", "q")
      await terminal.shows(/^key a\/a\nkey up\/\nkey d\/ ctrl\nkey \/é\nkey q\/q$/m)
      terminal.press("tea", "Enter")
      await terminal.shows(/^rest tea$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("takes Escape alone for a key once no more comes", async () => {
    await inTerminal("ask.ts", ["key"], async (terminal) => {
      await terminal.shows(/^TimeoutError$/m)
      terminal.press("Escape")
      await terminal.shows(/^key escape$/m)
      assert.match(await terminal.shows(/left with/), restored)
    })
  })

  it("takes Ctrl-C for no key: the program is interrupted, and the terminal as it was", async () => {
    for (const way of ["keys", "key"]) {
      await inTerminal("ask.ts", [way], async (terminal) => {
        await terminal.shows(way === "keys" ? /^ready$/m : /^TimeoutError$/m)
        terminal.press("C-c")
        await terminal.shows(/ended by KeyboardInterrupt/)
        assert.match(await terminal.shows(/left with/), /left with 130: isig icanon echo/)
      })
    }
  })
})

describe("stdin", () => {
  it("is one for the process, and refuses a timeout that is no number at the call", () => {
    assert.equal(stdin(), stdin())
    assert.throws(() => stdin().readLine({ timeout: NaN }), RangeError)
    assert.throws(() => stdin().readKey({ timeout: "1" as never }), TypeError)
    assert.match(String(stdin()), /^<StandardInput /)
  })
})
