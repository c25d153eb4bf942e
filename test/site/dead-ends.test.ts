/** What makes the build of the site fail, on small sites and pages of their own. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, describe, it } from "node:test"
import { pathToFileURL } from "node:url"
import { root } from "../contracts/entries.ts"

interface Found {
  readonly pages: number
  readonly links: number
  readonly dead: readonly string[]
}

type Rule = (state: { tokens: readonly unknown[]; env: { path: string } }) => void

const of = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(root, "site", file)).href)) as T
const { checkLinks } = await of<{ checkLinks: (folder: string, base: string) => Found }>("check-links.mjs")
const { includesOf } = await of<{ includesOf: (md: unknown, playable: ReadonlyMap<string, string>, base: string) => void }>("includes.mjs")
const { linkToSources } = await of<{ linkToSources: (md: unknown) => void }>("source-links.mjs")

const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

/** A page of docs/, for what looks from there. */
const PAGE = join(root, "docs/guide/page.md")

describe("links of the built site", () => {
  it("lead to files and to anchors that are there, from anywhere", () => {
    const folder = siteOf({
      "index.html": `<a href="/guide/one.html#a-b">one</a> <a href="guide/">two</a> <a href="https://example.org/none">outside</a> <a href="#top">up</a> <p id="top">`,
      "guide/index.html": `<img src="../picture.png">`,
      "guide/one.html": `<h2 id="a-b">A &amp; B</h2> <a href="../index.html#top">home</a> <script>const html = '<a href="/never.html">'</script>`,
      "picture.png": "",
    })
    assert.deepEqual(checkLinks(folder, "/"), { pages: 3, links: 5, dead: [] })
  })

  it("are found dead: a file, an anchor, a picture, and one that leaves the path of the site", () => {
    const folder = siteOf({
      "index.html": `<a href="/under/gone.html">a</a> <a href="/under/one.html#none">b</a> <img src="./none.png"> <a href="/one.html">c</a>`,
      "one.html": `<h1 id="one">One</h1>`,
    })
    assert.deepEqual(checkLinks(folder, "/under/").dead, [
      "index.html leads to /under/gone.html, which is not there",
      "index.html leads to /under/one.html#none, but one.html has no such anchor",
      "index.html leads to ./none.png, which is not there",
      "index.html leads to /one.html, which is not there",
    ])
  })
})

describe("what a page includes", () => {
  const rule = ruleOf((md) => includesOf(md, new Map(), "/"))
  const include = (file: string, region = "") => rule({ tokens: [{ src: [join(root, file), region], map: [4, 5] }], env: { path: PAGE } })

  it("may be any file of the repository", () => {
    include("examples/lessons/gather.ts")
  })

  it("is refused, with the line, if there is no such file or region", () => {
    assert.throws(() => include("examples/lessons/none.ts"), { message: "docs/guide/page.md, line 5: includes examples/lessons/none.ts, which does not exist" })
    assert.throws(() => include("examples/lessons/gather.ts", "none"), { message: "docs/guide/page.md, line 5: includes the region none of examples/lessons/gather.ts, which has none of that name" })
  })
})

describe("links to files of the repository", () => {
  const rule = ruleOf(linkToSources)
  const changed = (href: string) => {
    let is = href
    rule({ tokens: [{ children: [{ type: "link_open", attrGet: () => is, attrSet: (_: string, value: string) => (is = value) }] }], env: { path: PAGE } })
    return is
  }

  it("lead to a page that shows the file", () => {
    assert.equal(changed("../../examples/lessons/gather.ts"), "/source/examples/lessons/gather.ts.md")
    assert.equal(changed("../../bench/README.md#figures"), "/source/bench/README.md")
    assert.equal(changed("../../test/faults/"), "/source/test/faults.md")
  })

  it("stay what they are between pages, and to other sites", () => {
    for (const href of ["../seeing.md#ps", "02-next.md", "#here", "https://example.org/", "/api/"]) assert.equal(changed(href), href)
  })
})

function siteOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-site-"))
  folders.push(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

/** The rule that a plugin gives to the reader of Markdown. */
function ruleOf(plugin: (md: unknown) => void): Rule {
  const rules: Rule[] = []
  plugin({ core: { ruler: { push: (_: string, rule: Rule) => rules.push(rule) } }, renderer: { rules: {} } })
  const [rule] = rules
  assert.ok(rule)
  return rule
}
