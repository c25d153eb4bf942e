import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { problemsOf, type Example } from "./docs-examples.ts"
import { entries, exportsOf, root } from "./entries.ts"

/** Pages whose programs are run: the blocks that say what they print. */
const PAGES = ["AGENTS.md", "docs/executors.md", "docs/seeing.md", "docs/testing.md"]

function examplesOfPage(page: string): Example[] {
  const text = readFileSync(join(root, page), "utf8")
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].flatMap(({ 1: source = "", index }) => {
    return source.includes("// -> ") ? [{ place: `${page}:${text.slice(0, index).split("\n").length + 1}`, source }] : []
  })
}

describe("the programs on pages of the documentation", () => {
  const examples = PAGES.flatMap(examplesOfPage)

  it("compile, run, and print what they say", () => {
    assert.ok(examples.length >= 6)
    assert.deepEqual(problemsOf(examples), [])
  })

  it("are all there is on the page for agents", () => {
    const text = readFileSync(join(root, "AGENTS.md"), "utf8")
    assert.equal(examplesOfPage("AGENTS.md").length, [...text.matchAll(/^```/gm)].length / 2)
  })

  it("and the names on the page for agents are exported by the entries it says", () => {
    const [, table = ""] = /^## Names\n([^]*?)^## /m.exec(readFileSync(join(root, "AGENTS.md"), "utf8")) ?? []
    const rows = [...table.matchAll(/^\| [^|]+ \| (`[^|]+) \| (`[^|]+) \|$/gm)]
    assert.ok(rows.length >= 14)
    for (const [row, names = "", of = ""] of rows) {
      const known = entries().filter(({ specifier, browser }) => !browser && of.includes(`\`${specifier}\``)).flatMap(({ file }) => exportsOf(file).map(({ name }) => name))
      for (const [, name = ""] of names.matchAll(/`(\w+)[^`]*`/g)) assert.ok(known.includes(name), `${name} in ${row}`)
    }
  })

  it("and links on them lead somewhere", () => {
    for (const page of [...PAGES, "llms.txt", "docs/lint.md"]) {
      for (const [, link = ""] of readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        assert.doesNotThrow(() => readFileSync(join(root, page, "..", link)), `${page}: ${link}`)
      }
    }
  })
})
