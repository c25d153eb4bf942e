import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { type TestContext, test } from "node:test"

const bootstrap = join(import.meta.dirname, "../../tools/bootstrap.mjs")

const COUNTS_SIGINT = `
  let seen = 0
  process.on("SIGINT", () => { seen += 1; console.log("SIGINT") })
  process.on("SIGTERM", () => process.exit(40 + seen))
  setInterval(() => {}, 1000)
  console.log("ready")
`

// An old Node cannot become another program: it starts it and stays.
for (const [way, flags] of [
  ["becoming", []],
  ["starting", ["--import", "data:text/javascript,delete process.execve"]],
] as const) {
  test(`bootstrap, ${way} the program: exit code, arguments and environment are its own`, async (t) => {
    const program = plant(t, "console.log(JSON.stringify([process.argv.slice(2), process.env])); process.exitCode = 130")
    const child = start([...flags, bootstrap, program, "--with", "a b"])
    const [line, [code, signal]] = await Promise.all([linesOf(child)(), once(child, "exit")])
    const [args, env] = JSON.parse(line) as [string[], Record<string, string>]
    assert.deepEqual([code, signal], [130, null])
    assert.deepEqual(args, ["--with", "a b"])
    assert.equal(env["PATH"]?.split(delimiter)[0], dirname(process.execPath))
    assert.match(env["NODE_OPTIONS"] ?? "", /--conditions=asyncio-ts:source/)
  })

  test(`bootstrap, ${way} the program: a signal arrives once`, async (t) => {
    // The second SIGTERM comes after everything that the first has set off.
    const program = plant(t, COUNTS_SIGINT)
    const child = start([...flags, bootstrap, program])
    const lines = linesOf(child)
    assert.equal(await lines(), "ready")
    child.kill("SIGINT")
    assert.equal(await lines(), "SIGINT")
    child.kill("SIGTERM")
    assert.deepEqual(await once(child, "exit"), [41, null])
  })

  test(`bootstrap, ${way} the program: its death by a signal is seen`, async (t) => {
    const child = start([...flags, bootstrap, plant(t, 'process.kill(process.pid, "SIGKILL")')])
    assert.deepEqual(await once(child, "exit"), [null, "SIGKILL"])
  })
}

function start(args: readonly string[]): ChildProcess {
  // The Node that runs the tests, whichever it is.
  const env = { ...process.env, ASYNCIO_TS_NODE: process.execPath }
  return spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] })
}

/** A function that gives the next line of what `child` prints. */
function linesOf(child: ChildProcess): () => Promise<string> {
  assert.ok(child.stdout)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return async () => (await lines.next()).value ?? ""
}

function plant(t: TestContext, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-bootstrap-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const program = join(folder, "program.mjs")
  writeFileSync(program, source)
  return program
}
