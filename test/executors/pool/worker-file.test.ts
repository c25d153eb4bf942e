import assert from "node:assert/strict"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { workerFile } from "#src/executors/pool/worker-file.ts"

const NAMES = ["thread-main", "process-main", "serve-job"] as const

describe("what workers run", () => {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-worker-file-"))
  after(() => rmSync(folder, { recursive: true }))
  write("package.json", '{ "type": "module" }')

  it("is a module of the sources for the sources", () => {
    for (const name of NAMES) assert.ok(existsSync(workerFile(name)), name)
  })

  it("is a module of the package for its modules", async () => {
    assert.equal(await found("package/dist/executors/pool/worker-file.js", "thread-main"), "package/dist/executors/worker/thread-main.js")
    assert.equal(await found("package/dist/executors/pool/worker-file.js", "serve-job"), "package/dist/executors/distributed/serve-job.js")
  })

  it("is the bundle for a bundle of the package and for its CommonJS copy, as for what a job imports", async () => {
    write("package/dist/node/process-main.js", "")
    assert.equal(await found("package/dist/node/pool.js", "process-main"), "package/dist/node/process-main.js")
    assert.equal(await found("package/dist/commonjs/executors/pool/worker-file.js", "process-main"), "package/dist/node/process-main.js")
  })

  it("is missing in a program's own bundle, and the error says what to do", async () => {
    await assert.rejects(found("program/dist/main.js", "thread-main"), {
      name: "RuntimeError",
      message: `cannot start a worker of asyncio-ts from ${pathToFileURL(join(folder, "program/dist/main.js")).href}: a bundle leaves out what workers run; mark asyncio-ts as external for your bundler`,
    })
  })

  /** What the function finds in a file at such a place. */
  async function found(place: string, name: (typeof NAMES)[number]): Promise<string> {
    const source = new URL("../../../src/executors/pool/worker-file.ts", import.meta.url)
    const errors = new URL("../../errors/misuse.ts", source)
    const file = write(place, stripTypeScriptTypes(readFileSync(source, "utf8")).replace("../../errors/misuse.ts", errors.href))
    const module = (await import(pathToFileURL(file).href)) as { workerFile: typeof workerFile } // that source
    return fileURLToPath(module.workerFile(name)).slice(folder.length + 1).replaceAll("\\", "/")
  }

  function write(place: string, text: string): string {
    const file = join(folder, place)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
})
