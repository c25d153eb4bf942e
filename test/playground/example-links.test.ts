/** The links of the documentation's pages that open a program in the playground. */
import assert from "node:assert/strict"
import { globSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { pathToFileURL } from "node:url"
import { includesOf as includesIn } from "../docs/page-includes.ts"
import { root } from "../docs/recorded-program.ts"

interface Example {
  readonly name: string
  readonly file: string
  readonly from: string
}
type Modules = Readonly<Record<string, readonly { readonly name: string }[]>>
interface Token {
  readonly src: readonly [string, string]
}
type Fence = (tokens: readonly Token[], index: number) => string

const of = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(root, file)).href)) as T // what that file exports
const { LIBRARY } = await of<{ LIBRARY: Readonly<Record<string, { readonly source: string }>> }>("playground/build/library.mjs")
const { nameList } = await of<{ nameList: (file: string) => readonly { readonly name: string }[] }>("playground/build/name-list.mjs")
const { exampleList } = await of<{ exampleList: (modules: Modules) => { readonly listed: readonly Example[] } }>("playground/build/example-list.mjs")
const { includesOf, playableOf } = await of<{ includesOf: (md: unknown, playable: ReadonlyMap<string, string>, base: string) => void; playableOf: (examples: readonly Example[]) => ReadonlyMap<string, string> }>("site/includes.mjs")

const { listed } = exampleList(Object.fromEntries(Object.entries(LIBRARY).map(([name, { source }]) => [name, nameList(source)])))
const pages = globSync("docs/{guide/,}*.md", { cwd: root }).sort()

/** The names that the links of a page open, and how many programs it includes that the playground has. */
function opened(page: string): { readonly names: readonly string[]; readonly files: readonly string[] } {
  const md = { core: { ruler: { push: () => undefined } }, renderer: { rules: { fence: (() => "") as Fence } } }
  includesOf(md, playableOf(listed), "/base/")
  const files = includesIn(page).map(({ file }) => file)
  const names = files.flatMap((file) => {
    const html = md.renderer.rules.fence([{ src: [join(root, file), ""] }], 0)
    return [...html.matchAll(/href="\/base\/playground\/index\.html#example=([^"]*)"/g)].map(([, name = ""]) => name)
  })
  return { names, files }
}

describe("the pages of the documentation", () => {
  it("open in the playground each program that runs there, and it is that program", () => {
    let links = 0
    for (const page of pages) {
      const { names, files } = opened(page)
      const playable = listed.filter(({ from, file }) => files.includes(`examples/${from}/${file}`)).map(({ name }) => name)
      assert.deepEqual([...new Set(names)].sort(), playable.sort(), page)
      links += names.length
    }
    assert.ok(links > 80, `${links} links`)
  })

  it("have such a link in the guide, the cookbook, and beside the traps of promises", () => {
    const without = pages.filter((page) => opened(page).names.length === 0)
    // These chapters are about what a browser has not.
    const elsewhere = ["11-http", "21-production-pattern", "26-streams", "27-executors", "29-testing"].map((name) => `docs/guide/${name}.md`)
    assert.deepEqual(without.filter((page) => page.startsWith("docs/guide/")).sort(), elsewhere.sort())
    for (const page of ["docs/cookbook.md", "docs/coming-from-promises.md"]) assert.ok(!without.includes(page), page)
  })
})
