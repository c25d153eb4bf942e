// The names that a module gives, each with its declaration and the first paragraph of its comment, from the sources.
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

const EXPORT = /^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm
const LONGEST = 400

/** @typedef {{ name: string, kind: "function" | "class" | "constant" | "type", declaration: string, text: string }} Name */

/**
 * @param {string} file an entry, which exports names of other files
 * @returns {Name[]}
 */
export function nameList(file) {
  const found = []
  for (const [, names = "", from = ""] of readFileSync(file, "utf8").matchAll(EXPORT)) {
    const source = join(dirname(file), from)
    if (!existsSync(source)) throw new Error(`${file} exports from ${source}, which is not there`)
    const text = readFileSync(source, "utf8")
    for (const name of names.split(",").map((one) => one.trim().replace(/^type /, "")).filter((one) => one !== "")) found.push(described(name, text))
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * @param {string} name
 * @param {string} source
 * @returns {Name}
 */
function described(name, source) {
  const declared = new RegExp(`^(?:export )?(?:declare )?(?:abstract )?(?:async )?(function|class|const|interface|type) ${name}\\b`, "m").exec(source)
  if (declared === null) return { name, kind: "constant", declaration: name, text: "" }
  const [, word = ""] = declared
  const kind = word === "function" || word === "class" ? word : word === "const" ? "constant" : "type"
  return { name, kind, declaration: declarationFrom(source.slice(declared.index), word), text: commentBefore(source.slice(0, declared.index)) }
}

/**
 * @param {string} source
 * @param {string} word
 */
function declarationFrom(source, word) {
  // A function's body begins with a brace at the end of its line, and so do the members of a class.
  const end = word === "function" || word === "class" ? source.search(/ \{\n/) : source.search(/\n/)
  const whole = source.slice(0, end === -1 ? LONGEST : end).replace(/^export /, "").replace(/ \/\/ oxlint.*$/gm, "")
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole
}

/** @param {string} before */
function commentBefore(before) {
  const comment = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*$/.exec(before)?.[1] ?? ""
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim())
  const text = lines.join("\n").trim().split(/\n\s*\n|\n@/)[0] ?? ""
  return text.startsWith("@") ? "" : text.replaceAll("\n", " ")
}
