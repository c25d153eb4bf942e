// The sidebar, of the pages that are there: a new page of docs/ joins it by itself.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { API, docs } from "./places.mjs"

/** What belongs together in docs/; a page that is named nowhere stands in the last group. */
const GROUPS = [
  { text: "Begin", pages: ["installing", "first-program", "exercises", "prompt", "notebook", "cheat-sheet"] },
  { text: "Coming from", pages: ["coming-from-python", "coming-from-promises", "coming-from-effect"] },
  { text: "In practice", pages: ["cookbook", "testing", "seeing", "diagnostics", "lint", "flow", "executors", "http-client", "http-server"] },
  { text: "What holds", pages: ["differences", "rules", "platforms", "reliability", "security", "architecture"] },
]

/** @typedef {{ text: string, link: string }} Item */

/** @returns {import("vitepress").DefaultTheme.SidebarMulti} */
export function sidebar() {
  const named = new Set(["index", ...GROUPS.flatMap(({ pages }) => pages)])
  const others = pagesOf("").filter((page) => !named.has(page))
  const groups = [...GROUPS, { text: "More", pages: others }]
    .map(({ text, pages }) => ({ text, items: pages.filter((page) => existsSync(join(docs, `${page}.md`))).map((page) => item(page)) }))
    .filter(({ items }) => items.length > 0)
  const chapters = pagesOf("guide").map((page) => item(`guide/${page}`))
  const guide = chapters.length > 0 ? [{ text: "Guide", items: chapters }] : []
  return {
    "/api/": [{ text: "Reference", items: [{ text: "Every entry", link: "/api/" }, ...entries()] }, { text: "More", items: [{ text: "The documentation", link: "/" }] }],
    "/": [...guide, ...groups, { text: "Reference", items: [{ text: "Every public name", link: "/api/" }] }],
  }
}

/**
 * The names of the Markdown files in a folder of docs/, in their order.
 *
 * @param {string} folder
 */
function pagesOf(folder) {
  const path = join(docs, folder)
  if (!existsSync(path)) return []
  return readdirSync(path).filter((file) => file.endsWith(".md")).map((file) => file.slice(0, -".md".length)).sort()
}

/**
 * @param {string} page its path in docs/, without the ending
 * @returns {Item}
 */
function item(page) {
  const text = readFileSync(join(docs, `${page}.md`), "utf8")
  const heading = /^# (.+)$/m.exec(text)?.[1]
  if (heading === undefined) throw new Error(`docs/${page}.md has no heading that begins with "# "; its title in the sidebar is taken from there`)
  // A heading of the guide may have its number, a heading of any page may have code.
  return { text: heading.replaceAll("`", ""), link: `/${page}` }
}

/** @returns {Item[]} the entries of the package, which are the folders with a page of their own */
function entries() {
  const top = join(API, "asyncio-ts")
  if (!existsSync(top)) return []
  // The other folders there hold the names of the main entry.
  const below = readdirSync(top).sort().filter((name) => existsSync(join(top, name, "index.md")))
  return [{ text: "asyncio-ts", link: "/api/asyncio-ts/" }, ...below.map((name) => ({ text: `asyncio-ts/${name}`, link: `/api/asyncio-ts/${name}/` }))]
}
