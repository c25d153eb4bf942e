// The programs that the playground lists: its own four, and of examples/ those of the guide that a browser can run.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { whyNot } from "./why-not.mjs"

const own = join(import.meta.dirname, "../programs")
const examples = join(import.meta.dirname, "../../examples")

/** What opens first. */
const FIRST = "restaurant"
/** In the order in which they are compared. */
export const COMPARED = ["in-turn", "together", "blocked", "forgotten"]
/** Folders of examples/. A lesson is known by its name alone, as in links from before there were others. */
const FOLDERS = /** @type {const} */ (["lessons", "guide", "cookbook", "coming-from"])

/** A call that blocks takes no time on a virtual clock. */
const TAKES_REAL_TIME = /Atomics\.wait\(|performance\.now\(/

/** @typedef {{ name: string, file: string, title: string, code: string, clock: "virtual" | "real", from: "playground" | typeof FOLDERS[number] }} Example */

/**
 * @param {import("./why-not.mjs").Modules} modules
 * @returns {{ listed: Example[], left: { name: string, from: string, why: string }[] }}
 */
export function exampleList(modules) {
  const listed = COMPARED.map((name) => example(own, name, "playground"))
  const left = []
  for (const from of FOLDERS) {
    for (const name of programsIn(join(examples, from))) {
      const one = example(join(examples, from), name, from)
      const why = whyNot(one.code, modules)
      if (why === undefined) listed.push(one)
      else left.push({ name: one.name, from, why })
    }
  }
  listed.sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST))
  return { listed, left }
}

/** @param {string} folder */
function programsIn(folder) {
  return readdirSync(folder).filter((file) => file.endsWith(".ts")).map((file) => file.slice(0, -".ts".length)).sort()
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {Example["from"]} from
 * @returns {Example}
 */
function example(folder, name, from) {
  const code = readFileSync(join(folder, `${name}.ts`), "utf8")
  const title = /^\/\*\* (.*?)(?: \*\/)?$/m.exec(code)?.[1] ?? name
  const called = from === "playground" || from === "lessons" ? name : `${from}/${name}`
  return { name: called, file: `${name}.ts`, title, code, clock: TAKES_REAL_TIME.test(code) ? "real" : "virtual", from }
}
