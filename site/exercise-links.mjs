// The names of exercises in the table of docs/exercises.md lead to the playground, where they can be worked on.
import { existsSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { PLAYGROUND } from "./places.mjs"

/** The exercises that the playground has; none if it has not been built. */
export function playableExercises() {
  const file = join(PLAYGROUND, "data.json")
  /** @type {{ name: string }[]} */
  const exercises = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).exercises : []
  return new Set(exercises.map(({ name }) => name))
}

/**
 * @param {import("vitepress").MarkdownRenderer} md
 * @param {ReadonlySet<string>} exercises their names
 * @param {string} base
 */
export function linkExercises(md, exercises, base) {
  if (exercises.size === 0) return
  const code = md.renderer.rules.code_inline
  if (code === undefined) return
  md.renderer.rules.code_inline = (tokens, index, options, env, self) => {
    const html = code(tokens, index, options, env, self)
    const name = tokens[index]?.content ?? ""
    const page = String(env.realPath ?? env.path ?? "")
    if (basename(page) !== "exercises.md" || !exercises.has(name)) return html
    return `<a href="${base}playground/index.html#exercise=${name}" target="_self">${html}</a>`
  }
}
