import { describe } from "../../structures/arguments.ts"

/**
 * What a module is called on all machines: by default its file's name without the ending, so
 * that its place may be another on each.
 *
 * @throws TypeError for what names none.
 */
export function moduleName(given: URL | string): string {
  const text = given instanceof URL ? given.href : given
  if (typeof text === "string") {
    const last = decode(text.replace(/[?#].*$/s, "")).split(/[\\/]/).at(-1) ?? ""
    const name = last.replace(/\.[cm]?[jt]sx?$/, "")
    if (/^[\w.@-]+$/.test(name)) return name
  }
  throw new TypeError(`a module that workers serve is named by its file, such as new URL("./tasks.ts", import.meta.url), or by its name, "tasks", not by ${describe(given)}`)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
