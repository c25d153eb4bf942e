/**
 * Which of the functions that run is the program's, and what it calls.
 */

/** A function that is running. */
export interface RunningFrame {
  readonly name: string
  /** A file's URL or path, `node:…` for Node's own; empty for the engine's. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The object or class that it is called on, where the engine knows it. */
  readonly type?: string
}

/** They call their callback so often that the line that calls them is the one to look at. */
const REPEAT = new Set(["Array.sort", "Array.toSorted", "JSON.parse", "JSON.stringify"])
const TYPED = /^(Big)?(U?int|Float)\d+(Clamped)?Array\.(sort|toSorted)$/i
const PACKAGE = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/

/**
 * The innermost function of the program, and what it calls; of a package if nothing else runs.
 *
 * @param all - innermost first
 * @param home - the folders of this library's own files, as paths
 * @param calls - the names of the calls that something of this library stands in the place of
 */
export function programFrame(all: readonly RunningFrame[], home: readonly string[], calls: readonly string[] = []): { readonly frame: RunningFrame; readonly call?: string } | undefined {
  // What stands in the place of a call that is known to block calls the real one by this.
  const frames = all.filter((frame) => !isIn(frame.file, home) && !(frame.file === "" && frame.type === "Reflect"))
  const isCode = (frame: RunningFrame): boolean => frame.file !== "" && !frame.file.startsWith("node:")
  const isProgram = (frame: RunningFrame): boolean => isCode(frame) && !PACKAGE.test(frame.file)
  let at = frames.findIndex(isProgram)
  if (at === -1) at = frames.findIndex(isCode)
  const found = frames[at]
  if (found === undefined) return undefined
  const repeating = frames.findIndex((frame, index) => index > at && frame.file === "" && repeats(nameOfCall(frame)))
  const caller = frames[repeating + 1]
  const repeated = frames[repeating]
  if (repeated !== undefined && caller !== undefined && isProgram(caller)) return { frame: caller, call: nameOfCall(repeated) }
  const next = all[all.indexOf(found) - 1]
  const standing = next !== undefined && isIn(next.file, home) ? calls.find((name) => name.endsWith(`.${next.name}`)) : undefined
  if (standing !== undefined) return { frame: found, call: standing }
  const callee = frames[at - 1]
  return callee === undefined || callee.name === "" ? { frame: found } : { frame: found, call: nameOfCall(callee) }
}

/** Whether a file, by its URL or path, is in one of the folders. */
export function isIn(file: string, folders: readonly string[]): boolean {
  const path = file.replace(/^file:\/\//, "")
  return folders.some((folder) => path.startsWith(folder))
}

function repeats(call: string): boolean {
  return REPEAT.has(call) || TYPED.test(call)
}

/** As a program writes it: `fs.readFileSync`, `RegExp.test`, `hashSync of bcryptjs`. */
export function nameOfCall({ name, file, type }: RunningFrame): string {
  const [, from] = PACKAGE.exec(file) ?? []
  if (from !== undefined) return `${name} of ${from.replace("\\", "/")}`
  if (file.startsWith("node:")) {
    const module = file.replace(/^node:(internal\/)?/, "").split("/")[0] ?? ""
    return name.includes(".") || module === "util" ? name : `${OF[module] ?? module}.${name}`
  }
  if (file !== "" || type === undefined || type === "" || type === "Object" || name.includes(".")) return name
  return `${type}.${name}`
}

/** How programs call a module of Node's whose file is named otherwise. */
const OF: Readonly<Record<string, string>> = { buffer: "Buffer", perf_hooks: "performance" }
