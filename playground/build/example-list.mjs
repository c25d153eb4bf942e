// The programs that the playground lists: its own four, and of examples/lessons those that a browser can run.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const own = join(import.meta.dirname, "../programs")
const lessons = join(import.meta.dirname, "../../examples/lessons")

/** What opens first. */
const FIRST = "restaurant"
/** In the order in which they are compared. */
export const COMPARED = ["in-turn", "together", "blocked", "forgotten"]

const IMPORT = /^import (type )?([^"]*) from "([^"]+)"$/gm
const NAMESPACE = /\* as (\w+)/
/** A call that blocks takes no time on a virtual clock. */
const TAKES_REAL_TIME = /Atomics\.wait\(|performance\.now\(/

/** @typedef {{ name: string, title: string, code: string, clock: "virtual" | "real", from: "playground" | "lessons" }} Example */

/**
 * @param {Record<string, { name: string, kind: string }[]>} modules the names of what a browser's program may import
 * @returns {{ listed: Example[], left: { name: string, why: string }[] }}
 */
export function exampleList(modules) {
  const listed = COMPARED.map((name) => example(own, name, "playground"))
  const left = []
  for (const name of programsIn(lessons)) {
    const one = example(lessons, name, "lessons")
    const why = whyNot(one.code, modules)
    if (why === undefined) listed.push(one)
    else left.push({ name, why })
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
  return { name, title, code, clock: TAKES_REAL_TIME.test(code) ? "real" : "virtual", from }
}

/**
 * Why a program cannot run in a browser: what it imports, or what it uses of that.
 *
 * @param {string} code
 * @param {Record<string, { name: string, kind: string }[]>} modules
 * @returns {string | undefined}
 */
function whyNot(code, modules) {
  for (const [, type, names = "", from = ""] of code.matchAll(IMPORT)) {
    if (type !== undefined) continue
    const given = modules[from]
    if (given === undefined) return `imports ${from}`
    const space = NAMESPACE.exec(names)?.[1]
    const used = space === undefined ? listOf(names) : [...code.matchAll(new RegExp(`\\b${space}\\.(\\w+)`, "g"))].map(([, name = ""]) => name)
    const missing = used.find((name) => !given.some((one) => one.name === name))
    if (missing !== undefined) return `uses ${missing} of ${from}`
  }
  return /\bprocess\.\w/.test(code) ? "uses process" : undefined
}

/** @param {string} names */
function listOf(names) {
  return names.replace(/[{}]/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "))
}
