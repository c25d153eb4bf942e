// Why a program cannot run in a browser: what it imports, what it uses of that, or how it waits.

const IMPORT = /^import (type )?([^"]*) from "([^"]+)"$/gm
/** A browser tells nobody which of a task's lines goes on: see src/core/follow-await.ts. */
const SEVERAL_WAITS = /\bPromise\.(?:all|race|any|allSettled)\(/
const NAMESPACE = /\* as (\w+)/

/** @typedef {Record<string, { name: string, kind: string }[]>} Modules the names of what a browser's program may import */

/**
 * @param {string} code
 * @param {Modules} modules
 * @returns {string | undefined}
 */
export function whyNot(code, modules) {
  for (const [, type, names = "", from = ""] of code.matchAll(IMPORT)) {
    if (type !== undefined) continue
    const given = modules[from]
    if (given === undefined) return `imports ${from}`
    const space = NAMESPACE.exec(names)?.[1]
    const used = space === undefined ? listOf(names) : [...code.matchAll(new RegExp(`\\b${space}\\.(\\w+)`, "g"))].map(([, name = ""]) => name)
    const lacking = used.filter((name) => !given.some((one) => one.name === name))
    // A function says more than a type that comes with it.
    const missing = lacking.find((name) => /^[a-z]/.test(name)) ?? lacking[0]
    if (missing !== undefined) return `uses ${missing} of ${from}`
  }
  if (/\bprocess\.\w/.test(code)) return "uses process"
  const several = SEVERAL_WAITS.exec(code)
  return several !== null && /from "asyncio-ts"/.test(code) ? `uses ${several[0].slice(0, -1)} in a task` : undefined
}

/** @param {string} names */
function listOf(names) {
  return names.replace(/[{}]/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "))
}
