// Code that pages include from files: the build fails for one that is not there, and a program
// that the playground has gets a link that opens it there.
import { existsSync, readFileSync } from "node:fs"
import { basename, join, relative } from "node:path"
import { PLAYGROUND, root } from "./places.mjs"

/**
 * @param {import("vitepress").MarkdownRenderer} md
 * @param {ReadonlyMap<string, string>} playable the programs that the playground has: the file, from the root of the project, and its name there
 * @param {string} base
 */
export function includesOf(md, playable, base) {
  md.core.ruler.push("dead-includes", ({ tokens, env }) => {
    for (const token of tokens) {
      const [file, region] = sourceOf(token)
      if (file === undefined) continue
      const problem = problemOf(file, region)
      if (problem !== undefined) throw new Error(`${relative(root, env.realPath ?? env.path)}, line ${(token.map?.[0] ?? 0) + 1}: ${problem}`)
    }
  })
  const fence = md.renderer.rules.fence
  if (fence === undefined || playable.size === 0) return
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index]
    const html = fence(tokens, index, ...rest)
    const [file] = token === undefined ? [] : sourceOf(token)
    const name = file === undefined ? undefined : playable.get(relative(root, file).replaceAll("\\", "/"))
    if (file === undefined || name === undefined) return html
    return `${html}<p class="in-playground"><a href="${base}playground/index.html#example=${name}" target="_self">Run ${basename(file)} in the playground</a></p>\n`
  }
}

/**
 * The file and the region that VitePress has noted for an include.
 *
 * @param {object} token
 * @returns {[file?: string, region?: string]}
 */
function sourceOf(token) {
  return "src" in token && Array.isArray(token.src) ? [String(token.src[0]), String(token.src[1] ?? "")] : []
}

/**
 * @param {string} file
 * @param {string} [region]
 */
function problemOf(file, region) {
  if (!existsSync(file)) return `includes ${relative(root, file)}, which does not exist`
  if (region && !new RegExp(`#region\\s+${region}\\s*$`, "m").test(readFileSync(file, "utf8"))) return `includes the region ${region} of ${relative(root, file)}, which has none of that name`
  return undefined
}

/** The programs of examples/ that the playground has; none if it has not been built. */
export function playablePrograms() {
  const file = join(PLAYGROUND, "data.json")
  return existsSync(file) ? playableOf(JSON.parse(readFileSync(file, "utf8")).examples) : new Map()
}

/**
 * @param {readonly { name: string, file: string, from: string }[]} examples as the playground lists them
 * @returns {Map<string, string>}
 */
export function playableOf(examples) {
  return new Map(examples.filter(({ from }) => from !== "playground").map(({ name, file, from }) => [`examples/${from}/${file}`, name]))
}
