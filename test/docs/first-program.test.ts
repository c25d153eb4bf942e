/** Types the commands of docs/first-program.md into a shell, and compares what they write with the page. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { after, describe, it } from "node:test"
import { root } from "./recorded-program.ts"
import { commandsOf, fits } from "./page-commands.ts"

const page = readFileSync(join(root, "docs/first-program.md"), "utf8")
const scratch = mkdtempSync(join(tmpdir(), "first-program-test-"))
after(() => rmSync(scratch, { recursive: true }))

/** In the place of npm and npx, which would ask a registry: the package is the project's sources. */
const SHIMS = {
  npx: `[ "$1" = asyncio-ts ] || exit 9
shift
exec node '${join(root, "bin/asyncio-ts.js")}' "$@"`,
  npm: `if [ "$1" = install ]; then
  mkdir -p node_modules/.bin
  ln -s '${root}' node_modules/asyncio-ts
  ln -s '${join(root, "bin/asyncio-ts.js")}' node_modules/.bin/asyncio-ts
  exit
fi
[ "$1" = run ] && shift
script=$(node -p 'require("./package.json").scripts[process.argv[1]]' "$1")
PATH=node_modules/.bin:$PATH exec sh -c "$script"`,
}

/** Runs commands as a shell would that stands in `folder`; gives what they wrote, and where it stands then. */
function typed(commands: string, folder: string, bin: string): Promise<{ code: number | null; out: string; err: string; folder: string }> {
  const { NODE_TEST_CONTEXT: _reporting, FORCE_COLOR: _colours, ...env } = process.env
  const stands = join(scratch, "folder")
  const child = spawn("bash", ["-e", "-c", `${commands}\npwd > '${stands}'`], {
    cwd: folder,
    env: { ...env, PATH: [bin, dirname(process.execPath), env["PATH"]].join(delimiter), NODE_OPTIONS: "--conditions=asyncio-ts:source --disable-warning=ExperimentalWarning", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 110_000,
  })
  let out = ""
  let err = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err, folder: code === 0 ? readFileSync(stands, "utf8").trimEnd() : folder }))
  })
}

describe("docs/first-program.md", { skip: process.platform === "win32" && "its commands are a shell's" }, () => {
  it("leads from nothing to a program that is timed out, cancelled, tested and traced, by its commands alone", async () => {
    const bin = join(scratch, "bin")
    mkdirSync(bin)
    for (const [name, text] of Object.entries(SHIMS)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
      chmodSync(join(bin, name), 0o755)
    }
    let folder = scratch
    let told = ""
    const steps = commandsOf(page)
    assert.ok(steps.length >= 7)
    for (const { commands, written } of steps) {
      const step = await typed(commands, folder, bin)
      assert.equal(step.code, 0, `${commands}\n${step.out}${step.err}`)
      // Traces are on standard error.
      if (written !== undefined) assert.ok(fits(written, step.out) || fits(written, step.err), `${commands}\nwrote:\n${step.out}${step.err}\nand not:\n${written}`)
      folder = step.folder
      told = step.err
    }
    assert.match(told, /^oolong .*×/m)
    assert.match(readFileSync(join(folder, "timeline.svg"), "utf8"), /^<svg [^]*>oolong</)
  })

  it("shows code only in its commands", () => {
    assert.doesNotMatch(page, /^```(?!sh$|text$|$)/m)
  })
})

describe("the comparison with what a page says", () => {
  it("takes what stands there to the letter, and anything for an ellipsis", () => {
    assert.ok(fits("a\n…\nb\n", "a\nx\ny\nb\n"))
    assert.ok(fits("a: …\n…\n", "a: 1\n"))
    assert.ok(fits("# pass 4\n", "ℹ pass 4\n"))
    for (const other of ["a\nb\nc\n", "b\na\n", "a\n", ""]) assert.ok(!fits("a\nb\n", other), other)
  })
})
