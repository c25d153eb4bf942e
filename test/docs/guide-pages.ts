/** What stands in the chapters of docs/guide, and what is wrong with one. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"

export const root = join(import.meta.dirname, "../..")
export const guide = join(root, "docs/guide")

/** The levels of the questions at the end of a chapter, in their order. */
export const LEVELS = ["Understand", "Apply", "Analyse", "Evaluate"]

/** The folders whose programs have their output beside them, checked by a test. */
const RECORDED = ["examples/lessons", "examples/guide"].map((path) => join(root, path))

export interface Page {
  /** Its whole path, which its links and includes start from. */
  readonly path: string
  readonly text: string
}

export interface Include {
  readonly file: string
  readonly region: string | undefined
}

export function chapters(): Page[] {
  const files = readdirSync(guide).filter((file) => file.endsWith(".md")).toSorted()
  return files.map((file) => ({ path: join(guide, file), text: readFileSync(join(guide, file), "utf8") }))
}

/** Files that VitePress puts in, as `<<< ../../examples/lessons/gather.ts#region`. */
export function includesOf({ path, text }: Page): Include[] {
  return [...text.matchAll(/^<<< ([^\s#{]+)(?:#([\w-]+))?/gm)].map(([, file = "", region]) => ({ file: resolve(dirname(path), file), region }))
}

/** Where its relative links lead, each with its anchor if it has one. */
export function linksOf({ path, text }: Page): { readonly file: string; readonly anchor: string | undefined }[] {
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, file = "", anchor]) => ({ file: file === "" ? path : resolve(dirname(path), file), anchor }))
}

/** All that is wrong with a chapter, one problem a line. */
export function problemsOf(page: Page): string[] {
  return [...shape(page), ...includes(page), ...links(page), ...questions(page)].map((problem) => `${relative(guide, page.path)}: ${problem}`)
}

function shape({ text }: Page): string[] {
  const problems = []
  if (!/^# \S/.test(text)) problems.push("its first line is no title")
  if (/^\s*(?:```|~~~)/m.test(text)) problems.push("has code of its own; include it from a program that a test runs")
  if ((text.match(/^::: details /gm)?.length ?? 0) !== (text.match(/^:::$/gm)?.length ?? 0)) problems.push("has a block that is not closed")
  return problems
}

function includes(page: Page): string[] {
  return includesOf(page).flatMap(({ file, region }) => {
    const name = relative(root, file)
    if (!existsSync(file)) return [`includes ${name}, which does not exist`]
    if (!isRecorded(file)) return [`includes ${name}, whose output no test compares`]
    const source = readFileSync(file, "utf8")
    if (region !== undefined) {
      const [begin, end] = [`// #region ${region}\n`, `// #endregion ${region}\n`]
      return source.includes(begin) && source.includes(end) ? [] : [`includes the region ${region} of ${name}, which has none of that name`]
    }
    return source.includes("// #region ") ? [`includes all of ${name}, and the marks of its regions with it`] : []
  })
}

/** Whether a file is a program with recorded output, or such an output. */
function isRecorded(file: string): boolean {
  if (!RECORDED.includes(dirname(file))) return false
  const program = file.replace(/(?:\.stderr)?\.txt$|\.ts$/, "")
  return existsSync(`${program}.ts`) && existsSync(`${program}.txt`)
}

function links(page: Page): string[] {
  return linksOf(page).flatMap(({ file, anchor }) => {
    const name = relative(root, file)
    if (file !== page.path && !existsSync(file)) return [`links to ${name}, which does not exist`]
    if (anchor === undefined) return []
    const text = file === page.path ? page.text : readFileSync(file, "utf8")
    return anchorsOf(text).includes(anchor) ? [] : [`links to #${anchor} of ${name}, which has no such heading`]
  })
}

/** The anchors of the headings, as VitePress makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replace(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .toLowerCase(),
  )
}

function questions(page: Page): string[] {
  const [, part = ""] = page.text.split(/^## Questions$/m)
  const [, ...levels] = part.split(/^### /m)
  const titles = levels.map((level) => level.split("\n", 1)[0])
  if (titles.join() !== LEVELS.join()) return [`has questions on ${titles.join(", ") || "no level"}, not on ${LEVELS.join(", ")}`]
  return levels.flatMap((level, index) => {
    const problems = []
    if (!/^\*\*.+\*\*$/m.test(level)) problems.push(`asks nothing on the level ${LEVELS[index]}`)
    const [, answer = ""] = /^::: details Answer\n([^]*?)^:::$/m.exec(level) ?? []
    const shown = [...includesOf({ path: page.path, text: answer }), ...linksOf({ path: page.path, text: answer })]
    if (!shown.some(({ file }) => isRecorded(file))) problems.push(`answers on the level ${LEVELS[index]} without a program whose output is compared`)
    return problems
  })
}
