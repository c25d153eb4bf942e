import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { loadPyodide } from "pyodide"
import { StreamReaderProtocol } from "asyncio-ts"
import { needs } from "../support/needs.ts"
import { includesOf } from "./page-includes.ts"
import { outputHere, outputOf, programsIn, recordedOf, root } from "./recorded-program.ts"

interface Row {
  readonly theirs: string
  readonly ours: readonly string[]
  readonly leftOut: string | undefined
}
interface NamesTable {
  problemsOf: (cpython: readonly string[], rows: readonly Row[], headings: readonly string[]) => string[]
  sectionsOf: (rules: string) => { readonly rows: readonly Row[] }[]
  tables: () => string
  withTables: (page: string, made: string) => string
}
const { problemsOf, sectionsOf, tables, withTables } = (await import(new URL("../../tools/names-table.mjs", import.meta.url).href)) as NamesTable

const FOLDER = "examples/coming-from"
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const isTrap = (name: string): boolean => name.endsWith("-promises")
const names = read("docs/asyncio-names.txt").trim().split("\n")

describe("the programs of coming from promises", { concurrency: 2 }, () => {
  for (const name of programsIn(FOLDER).filter(isTrap)) {
    it(`${name} writes what is recorded`, async () => {
      assert.deepEqual(await outputOf(FOLDER, name, { virtual: true }), recordedOf(FOLDER, name))
    })
  }
})

describe("the programs that cure them, and the one from Python", () => {
  for (const name of programsIn(FOLDER).filter((name) => !isTrap(name))) {
    it(`${name} writes what is recorded`, async () => {
      assert.deepEqual(await outputHere(FOLDER, name), recordedOf(FOLDER, name))
    })
  }
})

describe("docs/coming-from-promises.md", () => {
  const included = includesOf("docs/coming-from-promises.md")

  it("has each program and its output, the trap before the cure", () => {
    const programs = included.filter(({ file }) => file.endsWith(".ts")).map(({ file }) => file.slice(`${FOLDER}/`.length, -".ts".length))
    const traps = programs.filter(isTrap).map((name) => name.slice(0, -"-promises".length))
    assert.deepEqual(programs, traps.flatMap((name) => [`${name}-promises`, name]))
    assert.deepEqual([...programs, "python"].sort(), programsIn(FOLDER).sort())
    for (const name of programs) assert.ok(included.some(({ file }) => file === `${FOLDER}/${name}.txt`), name)
  })

  it("has counterexamples of promises alone", () => {
    for (const name of programsIn(FOLDER).filter(isTrap)) assert.doesNotMatch(read(`${FOLDER}/${name}.ts`), /^import/m, name)
  })

  it("includes what exists", () => {
    for (const { file } of included) assert.ok(existsSync(join(root, file)), file)
  })
})

describe("docs/coming-from-python.md", () => {
  it("has the tables that the generator makes", () => {
    const page = read("docs/coming-from-python.md")
    assert.equal(page, withTables(page, tables()), "run node tools/names-table.mjs --write")
  })

  it("has a row for each of CPython's names", () => {
    const rows = sectionsOf(read("docs/rules.md")).flatMap((section) => section.rows)
    assert.ok(rows.length >= names.length && names.length >= 300)
    assert.deepEqual(problemsOf(["nap"], rows, []).slice(0, 1), ["nap has no row in docs/rules.md"])
    assert.deepEqual(problemsOf([], [{ theirs: "nap", ours: [], leftOut: "x" }], ["x"]).slice(0, 1), ["nap is not there, and INSTEAD does not say what to take"])
    assert.throws(() => withTables("", "a table"), /needs the lines/)
  })

  it("tells of members that exist", () => {
    for (const name of ["connectionMade", "dataReceived", "eofReceived", "connectionLost"]) assert.ok(name in StreamReaderProtocol.prototype, name)
  })

  it("shows a program that writes in Python what it writes here", { skip: needs("python3", "python3") }, () => {
    const out = execFileSync("python3", [join(root, FOLDER, "python.py")], { encoding: "utf8" })
    assert.equal(out, recordedOf(FOLDER, "python").out)
  })
})

describe("docs/asyncio-names.txt", () => {
  const skip = process.env["TEST_SYSTEM"] === "1" ? false : "loads a CPython, with TEST_SYSTEM=1"
  it("is what CPython says that it has", { skip }, async () => {
    const python = await loadPyodide()
    const source = read("test/docs/asyncio-names.py")
    assert.deepEqual(String(python.runPython(`${source}\n"\\n".join(names())`)).split("\n"), names)
  })
})
