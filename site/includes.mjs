// Code that pages include from files: the build fails for one that is not there, and a program
// of the lessons gets a link that opens it in the playground.
import { existsSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { PLAYGROUND, root } from "./places.mjs"

/**
 * @param {import("vitepress").MarkdownRenderer} md
 * @param {ReadonlySet<string>} playable the programs of the lessons that the playground runs
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
    const name = file === undefined ? undefined : relative(join(root, "examples/lessons"), file).replace(/\.ts$/, "")
    if (name === undefined || !playable.has(name)) return html
    return `${html}<p class="in-playground"><a href="${base}playground/index.html#example=${name}" target="_self">Run ${name}.ts in the playground</a></p>\n`
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

/** The programs of the lessons that the playground runs; none if it has not been built. @returns {Set<string>} */
export function playablePrograms() {
  const file = join(PLAYGROUND, "data.json")
  if (!existsSync(file)) return new Set()
  /** @type {{ examples: { name: string, from: string }[] }} */
  const { examples } = JSON.parse(readFileSync(file, "utf8"))
  return new Set(examples.filter(({ from }) => from === "lessons").map(({ name }) => name))
}
