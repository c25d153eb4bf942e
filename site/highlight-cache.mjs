// Colouring code is half of the time of a build. What has been coloured once is kept, in memory for
// the search, which renders every page again, and in a file for the next build.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { CACHE, site } from "./places.mjs"

const file = join(CACHE, "highlight.json")
/** Another highlighter or theme colours otherwise. */
const version = createHash("sha256").update(readFileSync(join(site, "package-lock.json"))).update(readFileSync(join(site, ".vitepress/config.mjs"))).digest("hex")

/** @type {Map<string, string>} */
const before = read()
/** What this build has needed: the rest is forgotten. @type {Map<string, string>} */
const used = new Map()

/** @param {import("vitepress").MarkdownRenderer} md */
export function keepHighlighted(md) {
  const highlight = md.options.highlight
  if (typeof highlight !== "function") return
  md.options.highlight = (code, language, attributes) => {
    const key = createHash("sha256").update(JSON.stringify([code, language, attributes])).digest("base64")
    const html = used.get(key) ?? before.get(key) ?? highlight(code, language, attributes)
    used.set(key, html)
    return html
  }
}

export function writeHighlighted() {
  mkdirSync(CACHE, { recursive: true })
  const scratch = `${file}.${process.pid}`
  writeFileSync(scratch, JSON.stringify({ version, entries: [...used] }))
  renameSync(scratch, file)
}

function read() {
  if (!existsSync(file)) return new Map()
  /** @type {{ version: string, entries: [string, string][] }} */
  const kept = JSON.parse(readFileSync(file, "utf8"))
  return new Map(kept.version === version ? kept.entries : [])
}
