/** The table of docs/exercises.md on the site: each name leads to the playground. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { pathToFileURL } from "node:url"
import { COURSE } from "#src/cli/exercises/course.ts"
import { root } from "../contracts/entries.ts"

type Rule = (tokens: readonly { readonly content: string }[], index: number, options: object, env: { readonly path: string }) => string
interface Markdown {
  readonly renderer: { readonly rules: { code_inline: Rule } }
}

const { linkExercises } = (await import(pathToFileURL(join(root, "site/exercise-links.mjs")).href)) as { linkExercises: (md: Markdown, exercises: ReadonlySet<string>, base: string) => void } // what that file exports

/** Where the codes of a page lead. */
function linked(page: string, exercises: ReadonlySet<string>): string[] {
  const md: Markdown = { renderer: { rules: { code_inline: (tokens, index) => `<code>${tokens[index]?.content}</code>` } } }
  linkExercises(md, exercises, "/base/")
  const codes = [...readFileSync(join(root, page), "utf8").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code)
  return codes.flatMap((content) => /href="([^"]*)"/.exec(md.renderer.rules.code_inline([{ content }], 0, {}, { path: join(root, page) }))?.[1] ?? [])
}

describe("the names of exercises on the site", () => {
  const names = new Set(COURSE.map(({ name }) => name))

  it("lead to the exercise in the playground, each of them", () => {
    assert.deepEqual(new Set(linked("docs/exercises.md", names)), new Set([...names].map((name) => `/base/playground/index.html#exercise=${name}`)))
  })

  it("are plain code on other pages, and where there is no playground", () => {
    assert.deepEqual(linked("docs/cheat-sheet.md", names), [])
    assert.deepEqual(linked("docs/exercises.md", new Set()), [])
  })
})
