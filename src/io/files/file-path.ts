import { fileURLToPath } from "node:url"
import { describe } from "../../structures/arguments.ts"

/** A path, or a `file:` URL. */
export type FilePath = string | URL

/** @throws TypeError for what is no path: neither text nor a file: URL, or with a zero character in it. */
export function pathOf(path: FilePath, what: string): string {
  const text = path instanceof URL && path.protocol === "file:" ? fileURLToPath(path) : path
  if (typeof text !== "string") throw new TypeError(`${what} takes a path or a file: URL, not ${path instanceof URL ? path.href : describe(path)}`)
  if (text === "") throw new TypeError(`${what} takes a path, but an empty one was given; "." is the current directory`)
  if (text.includes("\0")) throw new TypeError(`${what} takes a path without zero characters, not ${JSON.stringify(text)}`)
  return text
}

/** A path in a message: in quotes. */
export function quoted(path: string): string {
  return `'${path}'`
}
