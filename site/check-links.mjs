// Looks at the built site as a visitor's browser would: every link, picture, script and anchor
// of every page leads to something that is there. VitePress itself looks only at links between pages.
import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"

const REFERENCE = /<[a-z][^>]*?\s(?:href|src)="([^"]*)"/g
const ID = /\s(?:id|name)="([^"]+)"/g
const SCRIPT = /<script\b[^>]*>[^]*?<\/script>/g

/**
 * @param {string} folder the built site
 * @param {string} base the path at which it is served, with a slash at both ends
 * @returns {{ pages: number, links: number, dead: string[] }}
 */
export function checkLinks(folder, base) {
  const pages = globSync("**/*.html", { cwd: folder }).sort()
  /** @type {Map<string, ReadonlySet<string>>} */
  const anchors = new Map()
  /** @param {string} page */
  const anchorsOf = (page) => {
    const known = anchors.get(page) ?? new Set([...readFileSync(join(folder, page), "utf8").matchAll(ID)].map(([, id = ""]) => decoded(id)))
    anchors.set(page, known)
    return known
  }
  /** @type {Set<string>} */
  const dead = new Set()
  let links = 0
  for (const page of pages) {
    const html = readFileSync(join(folder, page), "utf8").replace(SCRIPT, (script) => script.slice(0, script.indexOf(">") + 1))
    const here = new URL(`http://site${base}${page}`)
    for (const [, written = ""] of html.matchAll(REFERENCE)) {
      const to = new URL(decoded(written), here)
      if (to.host !== here.host || to.protocol !== here.protocol) continue
      links += 1
      const file = to.pathname.startsWith(base) ? fileAt(folder, decodeURIComponent(to.pathname.slice(base.length))) : undefined
      const anchor = decodeURIComponent(to.hash.slice(1))
      if (file === undefined) dead.add(`${page} leads to ${written}, which is not there`)
      // The playground reads what stands after the # itself.
      else if (anchor !== "" && file.endsWith(".html") && !file.startsWith("playground/") && !anchorsOf(file).has(anchor)) dead.add(`${page} leads to ${written}, but ${file} has no such anchor`)
    }
  }
  return { pages: pages.length, links, dead: [...dead] }
}

/**
 * What a plain file server sends for a path.
 *
 * @param {string} folder
 * @param {string} path
 */
export function fileAt(folder, path) {
  const whole = join(folder, path)
  if (!existsSync(whole)) return undefined
  if (!statSync(whole).isDirectory()) return path
  const index = `${path.replace(/\/?$/, path === "" ? "" : "/")}index.html`
  return existsSync(join(folder, index)) ? index : undefined
}

/** @param {string} text as it stands in an attribute */
function decoded(text) {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")
}
