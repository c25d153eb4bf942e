// Links from pages to files of the repository. The site shows each such file on a page of its
// own, so that no reader needs the repository, or a network, to follow them.
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, extname, join, relative, resolve, sep } from "node:path"
import { docs, root, SOURCES } from "./places.mjs"

const LINK = /\]\(([^)\s]+)\)/g
const CODE = /^(`{3,}|~{3,})[^]*?^\1`*$|`[^`\n]*`/gm
const LANGUAGES = new Map([[".mjs", "js"], [".tsx", "tsx"], [".ts", "ts"], [".js", "js"], [".md", "md"], [".json", "json"], [".sql", "sql"]])

/**
 * The file of the repository that a link leads to, if it is no page and no picture of docs/.
 *
 * @param {string} from the file with the link
 * @param {string} href
 * @returns {string | undefined} its path from the root
 */
function repositoryFile(from, href) {
  if (/^([a-z][a-z+.-]*:|\/|#)/i.test(href)) return undefined
  const file = resolve(dirname(from), decodeURI(href.replace(/[#?].*$/, "")))
  const isPage = file.startsWith(docs + sep) && /\.(md|html)$|\/$/.test(file)
  if (isPage || !file.startsWith(root + sep)) return undefined
  return relative(root, file).split(sep).join("/")
}

/**
 * The page of a file or folder. VitePress takes one ending off a link, and then another if that is `.md`.
 *
 * @param {string} path from the root
 */
const pageOf = (path) => `/source/${path.replace(/\.md$/, "")}.md`

/**
 * Leads links to files of the repository to their pages.
 *
 * @param {import("vitepress").MarkdownRenderer} md
 */
export function linkToSources(md) {
  md.core.ruler.push("source-links", ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null
      const path = href === null ? undefined : repositoryFile(env.realPath ?? env.path, href)
      if (path !== undefined) token.attrSet("href", pageOf(path))
    }
  })
}

/**
 * Writes the pages that such links lead to.
 *
 * @returns {number} how many
 * @throws {Error} for a link to a file that does not exist
 */
export function writeSourcePages() {
  rmSync(SOURCES, { recursive: true, force: true })
  /** @type {Set<string>} */
  const wanted = new Set()
  const dead = []
  for (const page of [...globSync("*.md", { cwd: docs }), ...globSync("guide/**/*.md", { cwd: docs })].sort()) {
    const from = join(docs, page)
    for (const [, href = ""] of readFileSync(from, "utf8").replace(CODE, "").matchAll(LINK)) {
      const path = repositoryFile(from, href)
      if (path === undefined) continue
      if (existsSync(join(root, path))) wanted.add(path)
      else dead.push(`docs/${page} links to ${href}, which does not exist`)
    }
  }
  if (dead.length > 0) throw new Error(dead.join("\n"))
  for (const path of wanted) {
    const file = join(docs, pageOf(path))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, sourcePage(path, wanted))
  }
  return wanted.size
}

/**
 * @param {string} path
 * @param {ReadonlySet<string>} wanted
 */
function sourcePage(path, wanted) {
  const head = `---\noutline: false\n---\n\n# ${path}\n\nA ${statSync(join(root, path)).isDirectory() ? "folder" : "file"} of the repository.\n\n`
  if (statSync(join(root, path)).isDirectory()) {
    const entries = readdirSync(join(root, path), { withFileTypes: true }).filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && name !== "dist").map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
    return head + entries.map((name) => (wanted.has(`${path}/${name}`) ? `- [${name}](${pageOf(`${path}/${name}`)})` : `- \`${name}\``)).join("\n")
  }
  const text = readFileSync(join(root, path), "utf8")
  // Longer than any fence in the file.
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/^\s*(`{3,})/gm)].map(([, ticks = ""]) => ticks.length + 1)))
  // Colours for all of them would be half of the time of a build.
  const language = path.startsWith("examples/") ? LANGUAGES.get(extname(path)) : undefined
  return `${head}${fence}${language ?? "txt"}\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}\n`
}
