import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { examplesIn, examplesOf, problemsOf, REAL, type Example } from "./docs-examples.ts"
import { entries, exportsOf, root } from "./entries.ts"

const planted: [what: string, source: string, problem: RegExp][] = [
  ["does not compile", 'const count: number = "one"\nconsole.log(count) // -> one', /^planted\.ts:1: error TS2322: /],
  ["uses what is not exported", 'import { nap } from "asyncio-ts"\nconsole.log(nap) // -> nap', /^planted\.ts:1: error TS2305: /],
  ["prints something else", "console.log(1 + 1) // -> 3", /^planted\.ts:1: it printed: 2, not: 3$/],
  ["prints more than it says", "for (const i of [1, 2]) console.log(i) // -> 1", /^planted\.ts:1: it printed: 1, then 2, not: 1$/],
  ["prints on a line that does not say so", "console.log(1) // -> 1\n\nconsole.log(2)", /^planted\.ts:3: it printed what it does not say: 2$/],
  ["prints nothing", "if (Date.now() < 0) console.log(1) // -> 1", /^planted\.ts:1: it printed nothing, not: 1$/],
  ["says nothing", "export const unused = 1", /^planted\.ts:1: it does not say what it prints/],
  ["throws", 'console.log(1) // -> 1\nthrow new Error("on purpose")', /^planted\.ts:1: it ended with Error: on purpose$/],
]
const good: Example = {
  place: "good.ts:1",
  source: 'import * as asyncio from "asyncio-ts"\n\nconsole.log(await asyncio.run(() => asyncio.sleep(0, "one"))) // -> one\nfor (const i of [1, 2]) console.log(i) // -> 1, then 2',
}

const examples = examplesIn("src")
// Together, since the compiler and the runner start once for all.
const problems = problemsOf([good, ...planted.map(([, source]) => ({ place: "planted.ts:1", source })), ...examples])

describe("the examples of the documentation", () => {
  it("compile, run, and print what they say", () => {
    assert.ok(examples.length >= 29)
    assert.deepEqual(problems.filter((problem) => !problem.startsWith("planted.ts:")), [])
  })

  it("keep real time only where that is named", () => {
    const files = new Set(examples.map(({ place }) => place.slice(0, place.lastIndexOf(":"))))
    assert.deepEqual(Object.keys(REAL).filter((file) => file.startsWith("src/") && !files.has(file)), [])
  })

  it("are found with the lines where they stand", () => {
    const source = ["/** A file. */", "", "/**", " * Adds.", " *", " * @example In short:", " * ```ts", " * add(1,", " *   2) // -> 3", " * ```", " *", " * @see x", " */"]
    const [first, ...others] = examplesOf("sum.ts", source.join("\n"))
    assert.deepEqual([first, others], [{ place: "sum.ts:8", source: "add(1,\n  2) // -> 3\n" }, []])
    assert.throws(() => examplesOf("sum.ts", "/**\n * @example add(1, 2)\n */"), /sum\.ts:2: an @example is a block of code/)
  })

  for (const [what, , problem] of planted) {
    it(`are refused if one ${what}`, () => {
      assert.equal(problems.filter((found) => problem.test(found)).length, 1, problems.join("\n"))
    })
  }
})

describe("what the package exports", () => {
  it("is documented", () => {
    const files = new Map<string, string>()
    const undocumented = entries().flatMap(({ file: entry }) =>
      exportsOf(entry).flatMap(({ file, local }) => {
        const source = files.get(file) ?? readFileSync(join(root, file), "utf8")
        files.set(file, source)
        return isDocumented(source, local) ? [] : [`${file}: ${local}`]
      }),
    )
    assert.deepEqual([...new Set(undocumented)], [], "exported without TSDoc")
  })

  it("is not documented by a comment that belongs to something else", () => {
    const source = [
      "/** A file. */",
      "",
      "export class First {}",
      "/* What it is. */",
      "export const second = 2",
      "/** Third. */",
      "export function third(): void",
      "export function third(value?: number): void {}",
      "/** Fourth. */",
      "export abstract class Fourth<T> {}",
    ].join("\n")
    assert.deepEqual(["First", "second", "third", "Fourth"].map((name) => isDocumented(source, name)), [false, false, true, true])
    assert.deepEqual([isDocumented(source, "*"), isDocumented(source.slice(source.indexOf("export")), "*")], [true, false])
    assert.throws(() => isDocumented(source, "Fif"), /declares no Fif/)
  })
})

/** Whether a TSDoc comment stands right before the first declaration of `name`; of a file that is a namespace, at its beginning. */
function isDocumented(source: string, name: string): boolean {
  if (name === "*") return source.startsWith("/**")
  const declaration = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(?:class|function\\*?|const|let|interface|type|enum) ${name}\\b`,
    "m",
  ).exec(source)
  if (declaration === null) throw new SyntaxError(`a file that should declares no ${name}`)
  return /\/\*\*(?:(?!\*\/)[^])*\*\/\n$/.test(source.slice(0, declaration.index))
}
