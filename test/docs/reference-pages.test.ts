/** Installing, architecture, the cheat sheet, and coming from elsewhere: what they say is so. */
import assert from "node:assert/strict"
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { includesOf } from "./page-includes.ts"
import { deadLinksOf } from "./page-links.ts"
import { root } from "./recorded-program.ts"

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly engines: Readonly<Record<string, string>>
}
const read = (path: string): string => readFileSync(join(root, path), "utf8")
const manifest = JSON.parse(read("package.json")) as Manifest // a file of this project
const PAGES = ["installing", "architecture", "cheat-sheet", "cookbook", "first-program", "coming-from-python", "coming-from-promises", "coming-from-effect"]

/** The cells of the rows under a heading. */
function rowsUnder(page: string, heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ""
  const rows = section.split("\n").filter((line) => line.startsWith("| ")).slice(2)
  return rows.map((row) => row.slice(2, -2).replaceAll("\\|", "\0").split(" | ").map((cell) => cell.replaceAll("\0", "|")))
}
const exported = new Set([...read("test/contracts/exports.txt").matchAll(/^ {2}(?:type )?(\w+)$/gm)].map(([, name]) => name))
const names = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)

describe("the pages", () => {
  for (const name of PAGES) {
    it(`${name}: its links and includes lead somewhere`, () => {
      assert.deepEqual(deadLinksOf(`docs/${name}.md`), [])
      assert.deepEqual(includesOf(`docs/${name}.md`).filter(({ file }) => !existsSync(join(root, file))), [])
    })

    it(`${name}: names of asyncio-ts what it exports`, () => {
      // In the table of Python's names and ours, those with an underscore are Python's.
      const used = [...read(`docs/${name}.md`).matchAll(/\basyncio\.([A-Za-z]\w*)/g)].map(([, used = ""]) => used).filter((used) => !used.includes("_"))
      assert.deepEqual(used.filter((used) => !exported.has(used)), [])
    })

    it(`${name}: has no TypeScript that nobody runs`, () => {
      assert.doesNotMatch(read(`docs/${name}.md`), /^```(?:ts|typescript|js)/m)
    })
  }
})

describe("docs/installing.md", () => {
  const page = read("docs/installing.md")
  const needs = rowsUnder(page, "What each entry needs")

  it("names each entry", () => {
    const entries = Object.keys(manifest.exports).filter((path) => path !== "./package.json").map((path) => path.replace(/^\./, "asyncio-ts"))
    assert.deepEqual([...new Set(needs.flatMap(([entry]) => names(entry)))].sort(), entries.sort())
  })

  it("says of each entry which packages its sources import", () => {
    const folders: readonly [entry: string, glob: string][] = [["`asyncio-ts/http`", "http"], ["`asyncio-ts/postgres`", "postgres"], ["`asyncio-ts/executors`", "executors"], ["`asyncio-ts/inspect`", "inspect"], ["the command", "cli"]]
    for (const [entry, folder] of folders) {
      const sources = globSync(`src/${folder}/**/*.ts`, { cwd: root }).map((file) => read(file)).join("\n")
      const imported = Object.keys(manifest.peerDependencies).filter((name) => new RegExp(`(?:from |import\\()"${name}["/]`).test(sources))
      const said = needs.filter(([name]) => name === entry).flatMap(([, packages]) => names(packages))
      assert.deepEqual(said.sort(), imported.sort(), entry)
    }
  })

  it("has the ranges of package.json", () => {
    assert.deepEqual(Object.fromEntries(rowsUnder(page, "Which versions").map(([name, range]) => [names(name)[0], names(range)[0]])), manifest.peerDependencies)
    assert.equal(manifest.engines["node"], ">=22.18")
    assert.match(page, /^\| Node \| 22\.18 \|$/m)
  })
})

describe("docs/architecture.md", () => {
  it("has the layers in the order in which they are checked", () => {
    const checked = [...read("tools/check-layers.mjs").matchAll(/\{ name: "(\w+)"/g)].map(([, name]) => name)
    assert.deepEqual(rowsUnder(read("docs/architecture.md"), "Layers").map(([folder = ""]) => /^\[(\w+)\]/.exec(folder)?.[1]), checked)
    assert.deepEqual(checked.toSorted(), readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort())
  })
})

describe("docs/cheat-sheet.md", () => {
  it("names what is exported", () => {
    const rows = rowsUnder(read("docs/cheat-sheet.md"), "Which one")
    assert.ok(rows.length >= 15)
    for (const [, take = ""] of rows) {
      for (const call of names(take).filter((name) => name.includes("("))) {
        const [, name = ""] = /^(?:new )?(\w+)/.exec(call) ?? []
        assert.ok(exported.has(name), call)
      }
    }
  })
})

describe("docs/coming-from-effect.md", () => {
  const page = read("docs/coming-from-effect.md")

  it("says which versions it compares", () => {
    const bench = JSON.parse(read("bench/package.json")) as { dependencies: Record<string, string> } // a file of this project
    const { effect, effection } = bench.dependencies
    const [, first = ""] = page.split("\n\n")
    assert.ok(first.includes(`Effect ${effect}, Effection ${effection} and p-queue ${manifest.devDependencies["p-queue"]},`), first)
  })

  const installed = existsSync(join(root, "bench/node_modules/effect"))
  it("names what Effect and Effection declare", { skip: !installed && "npm run bench installs them" }, () => {
    const effection = globSync("bench/node_modules/effection/types/lib/*.d.ts", { cwd: root }).map((file) => read(file)).join("\n")
    for (const [, theirs = ""] of rowsUnder(page, "Effection")) {
      for (const name of names(theirs).map((name) => name.replace(/[<.].*$/, "")).filter((name) => !["yield*", "finally"].includes(name))) {
        assert.match(effection, new RegExp(`\\b${name}\\b`), name)
      }
    }
    for (const [, theirs = ""] of rowsUnder(page, "Effect")) {
      for (const [, module = "", name = ""] of theirs.matchAll(/`(\w+)\.(\w+)/g)) {
        const [file = ""] = globSync(`bench/node_modules/effect/dist/{,*/}${module}.d.ts`, { cwd: root })
        assert.match(read(file), new RegExp(`\\b(?:const|function|interface|class) ${name}\\b|\\b${name} as\\b|as ${name}\\b`), `${module}.${name}`)
      }
    }
  })
})
