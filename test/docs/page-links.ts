/** Links on pages of the documentation that lead nowhere. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./recorded-program.ts"

/**
 * The links of a page whose file or heading does not exist.
 *
 * @param page - relative to the root of the project
 */
export function deadLinksOf(page: string): string[] {
  const text = readFileSync(join(root, page), "utf8")
  return [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([link, path = "", anchor]) => {
    const file = path === "" ? join(root, page) : join(root, dirname(page), path)
    if (!existsSync(file)) return [link]
    return anchor === undefined || anchorsOf(readFileSync(file, "utf8")).has(anchor) ? [] : [link]
  })
}

/** As GitHub makes them, which the site's are as well where there is no apostrophe. */
function anchorsOf(text: string): Set<string> {
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")))
}
