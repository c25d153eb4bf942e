import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it, type TestContext } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"

import { nameOf } from "#src/inspect/attach/socket-folder-node.ts"
import type { Snapshot } from "#src/inspect/snapshot.ts"
import { start, type Started } from "../inspect/attach/programs/start.ts"
import { needs } from "../support/needs.ts"

const COMMAND = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url))
const SHOP = fileURLToPath(new URL("programs/shop.ts", import.meta.url))
const CONDITION = "--conditions=asyncio-ts:source"
const skip = process.platform === "linux" ? false : "the system does not tell who listens on which port"
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-ps-test-"))
after(() => rmSync(folder, { recursive: true }))
// Sockets are looked for where no other test opens any.
const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: undefined, XDG_RUNTIME_DIR: folder }

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function run(program: string, words: readonly string[], keys?: (typed: (text: string) => void, screen: () => string) => void): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env })
    let out = ""
    let err = ""
    const typed = (text: string): void => void child.stdin.write(text)
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      keys?.(typed, () => out)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })
}

function command(...words: readonly string[]): Promise<Ended> {
  return run(process.execPath, [CONDITION, COMMAND, ...words])
}

async function shop(context: TestContext, options: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Promise<Started> {
  const started = await start(context, process.execPath, [...options, CONDITION, SHOP], { XDG_RUNTIME_DIR: folder, ...more })
  const socket = join(folder, "asyncio-ts", `${nameOf(started.pid)}.sock`)
  while (more["ASYNCIO_TS_INSPECT"] !== undefined && !existsSync(socket)) await pause(5)
  return started
}

describe("asyncio-ts ps, pstree and top", { skip, concurrency: 3 }, () => {
  it("show a program that was started without any flag", async (context) => {
    const { pid } = await shop(context, ["--inspect-port=0"])
    const table = await command("ps", String(pid), "--name=till", "--limit=1")
    assert.equal(table.code, 0, table.err)
    assert.match(table.out, /^ *ID STATE .*\n *\d+ waiting .* till-0 .*timer, \d+ min .*shop\.ts:\d+$/m)
    assert.match(table.out, /^and 2 more$/m)
    const tree = await command("pstree", String(pid), "--name=till-1")
    assert.match(tree.out, /^Task-1 .*\n.*\n└─ till-1 .*waiting /m)
    const { tasks } = JSON.parse((await command("ps", String(pid), "--json", "--sort=name")).out) as Snapshot
    assert.deepEqual(tasks.map(({ name }) => name), ["Task-1", "till-0", "till-1", "till-2"])
  })

  it("find a program that has opened a socket, and show it by that", async (context) => {
    const { pid, errors } = await shop(context, ["--disable-sigusr1"], { ASYNCIO_TS_INSPECT: "1" })
    const list = await command("ps")
    assert.match(list.out, new RegExp(`^ *${pid}  yes +.*shop\\.ts$`, "m"))
    const top = await command("top", String(pid), "--interval=0.05")
    assert.equal(top.code, 0, top.err)
    assert.match(top.out, /^asyncio-ts top .*shop\.ts .*\n4 tasks: 4 waiting · cpu .*\n[^]*till-0 .* shop\.ts:\d+ +timer, /)
    assert.equal(errors(), "")
  })

  it("draw the page in a terminal, and give it back as it was", { skip: needs("script", "bsdutils") }, async (context) => {
    const { pid, errors } = await shop(context, [], { ASYNCIO_TS_INSPECT: "1" })
    for (const key of ["q", "\u0003"]) {
      let done = false
      const line = `stty rows 24 cols 80; ${process.execPath} ${CONDITION} ${COMMAND} top ${pid} --interval=0.1; echo "code $?"; stty -a`
      const { out } = await run("script", ["-qec", line, "/dev/null"], (typed, screen) => {
        if (done || !screen().includes("WAITS FOR")) return
        done = true
        typed(key)
      })
      const [page = "", rest = ""] = out.split("code 0")
      assert.ok(page.includes("\u001b[?1049h") && page.includes("till-1") && page.includes("q quit"), out)
      assert.ok(page.lastIndexOf("\u001b[?1049l") > page.lastIndexOf("\u001b[?1049h"))
      assert.ok(page.lastIndexOf("\u001b[?25h") > page.lastIndexOf("\u001b[?25l"))
      assert.match(rest, / icanon .* echo /s)
    }
    assert.equal(errors(), "")
  })

  it("end with 1 and a sentence where they cannot look, with 2 where they were called wrongly", async () => {
    const [missing, json, wrong] = await Promise.all([command("ps", "4194305"), command("pstree", "4194305", "--json"), command("top")])
    assert.deepEqual(missing, { code: 1, out: "", err: "asyncio-ts: there is no process 4194305\n" })
    assert.deepEqual([json.code, JSON.parse(json.out)], [1, { error: { failure: "no such process", message: "there is no process 4194305" } }])
    assert.deepEqual([wrong.code, wrong.err], [2, "asyncio-ts: top of which process? Give its number, as in asyncio-ts top 4711; asyncio-ts ps lists them\n"])
  })
})
