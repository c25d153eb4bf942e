/** The files that a page of the documentation includes, in VitePress's form `<<< ../examples/x.ts`. */
import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { root } from "./recorded-program.ts"

export interface Include {
  /** Relative to the root of the project. */
  readonly file: string
  /** Of the page. */
  readonly line: number
}

/** @param page - relative to the root of the project */
export function includesOf(page: string): Include[] {
  const lines = readFileSync(join(root, page), "utf8").split("\n")
  return lines.flatMap((text, index) => {
    const path = /^<<< ([^\s{#[]+)/.exec(text)?.[1]
    return path === undefined ? [] : [{ file: relative(root, join(root, dirname(page), path)).replaceAll("\\", "/"), line: index + 1 }]
  })
}
