/**
 * The list of CPython's own tests: `test/upstream/names.json` has their names, and one page a
 * file says for each which test of ours holds the same behaviour, or why none does.
 */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, it } from "node:test"
import { cells, problemsWithTest, read, takeTest, titlesIn, titlesOf, type Titles } from "./titles.ts"

const root = join(import.meta.dirname, "../..")
const folder = "test/upstream"

const upstream = JSON.parse(readFileSync(join(root, folder, "names.json"), "utf8")) as Record<string, string[]>

describe("the list of CPython's tests", () => {
  it("has the names of each file once, in order", () => {
    for (const [file, names] of Object.entries(upstream)) {
      assert.match(file, /^test_\w+\.py$/)
      assert.deepEqual(names, [...new Set(names)].sort(), file)
      assert.deepEqual(names.filter((name) => !/^test_\w+$/.test(name)), [], file)
    }
  })

  it("has a page for these files and no others", () => {
    const pages = globSync(`${folder}/*.md`, { cwd: root }).map((page) => `${basename(page, ".md")}.py`)
    assert.deepEqual(pages.filter((file) => upstream[file] === undefined), [])
  })

  for (const [file, names] of Object.entries(upstream)) {
    it(`answers for each test of ${file}`, () => {
      const page = `${folder}/${basename(file, ".py")}.md`
      const text = read(page)
      assert.ok(text !== undefined, `${page} does not exist: it says which tests of ours hold the ${names.length} of ${file}`)
      assert.deepEqual(problemsOf(text, file, names, titlesIn), [], `in ${page}`)
    })
  }
})

describe("a page of the list", () => {
  const names = ["test_b", "test_a", "test___c__"]
  const source = [
    'it("is \\"kept\\" | whole", async () => undefined)',
    "  it(`${name} costs ${cost === 1 ? `one` : cost}, or less`, () => undefined)",
    "test(",
    "  'by itself', () => undefined)",
    'it.skip("is left out", () => undefined)',
    'const text = "no test"',
    "it(`${name}`, () => undefined)",
    'virtualLazyAndEager("on virtual time", () => undefined)',
  ].join("\n")
  const titles = (file: string): RegExp[] | undefined => (file === "test/own.test.ts" ? titlesOf(source) : undefined)
  const problems = (...rows: string[]): string[] =>
    problemsOf(["# test_own.py", "", "| CPython's test | here |", "| --- | --- |", ...rows, ""].join("\n"), "test_own.py", names, titles)
  const others = "| test_b, test___c__ | none: types are the compiler's |"

  it("may name tests of ours, whole or in part made of values, several and in several files", () => {
    for (const answer of [
      "test/own.test.ts: “by itself”",
      "`test/own.test.ts`: “is \"kept\" \\| whole”",
      "test/own.test.ts: “sleep(1) costs 2, or less” · “by itself”",
      "test/own.test.ts: “by itself” · test/own.test.ts: “sleep costs one, or less”",
      "test/own.test.ts: “on virtual time”",
    ]) {
      assert.deepEqual(problems(`| test_a | ${answer} |`, others), [], answer)
    }
  })

  it("may say why there is none", () => {
    assert.deepEqual(problems("| test_a | none: no such thing |", others), [])
  })

  const planted: [what: string, row: string, problem: RegExp][] = [
    ["leaves a name out", "", /^test_a is missing$/],
    ["has a name twice", "| test_a, test_b | none: so |", /^test_b stands in 2 rows$/],
    ["has a name twice in a row", "| test_a, test_a | none: so |", /^test_a stands in 2 rows$/],
    ["has a name that CPython has not", "| test_a, test_d | none: so |", /^test_d is no test of test_own\.py$/],
    ["has a short form", "| test_a, test_* | none: so |", /^"test_\*" is no name of a test$/],
    ["names a file that does not exist", "| test_a | test/other.test.ts: “by itself” |", /^test\/other\.test\.ts does not exist$/],
    ["names a title that its file has not", "| test_a | test/own.test.ts: “no test” |", /^test\/own\.test\.ts has no test “no test”$/],
    ["names a part of a title", "| test_a | test/own.test.ts: “by” |", /has no test “by”$/],
    ["names a test that is skipped", "| test_a | test/own.test.ts: “is left out” |", /has no test “is left out”$/],
    ["names a title without its file", "| test_a | “by itself” |", /^cannot read "“by itself”"/],
    ["says nothing", "| test_a | |", /^cannot read ""/],
    ["gives no reason", "| test_a | none |", /^cannot read "none"/],
    ["waits for a part to come", "| test_a | none yet: someday |", /^cannot read "none yet: someday"/],
    ["has a third cell", "| test_a | none: so | more |", /^not a row of two cells: /],
    ["says anything else", "Written by hand.", /^not a row of two cells: "Written by hand\."$/],
  ]
  for (const [what, row, problem] of planted) {
    it(`is refused if it ${what}`, () => {
      const found = problems(...(row === "" ? [] : [row]), others)
      assert.equal(found.filter((text) => problem.test(text)).length, 1, found.join("\n"))
    })
  }

  it("is refused without its title or the head of its table", () => {
    assert.match(problemsOf("# test_other.py", "test_own.py", [], titles).join(), /begins with/)
    assert.match(problemsOf("# test_own.py\n\n| a | b |\n| --- | --- |\n", "test_own.py", [], titles).join(), /begins with/)
  })
})

/** What is wrong with the page of `file`; `titles` gives those of a test file, or undefined if there is none. */
function problemsOf(
  page: string,
  file: string,
  names: readonly string[],
  titles: Titles,
): string[] {
  const head = `# ${file}\n\n| CPython's test | here |\n| --- | --- |\n`
  if (!page.startsWith(head)) return [`the page begins with:\n${head}`]
  const problems: string[] = []
  const rows = new Map(names.map((name) => [name, 0]))
  for (const line of page.slice(head.length).trimEnd().split("\n")) {
    if (line === "") continue
    const [left, right, more] = cells(line)
    if (left === undefined || right === undefined || more !== undefined) {
      problems.push(`not a row of two cells: ${JSON.stringify(line)}`)
      continue
    }
    for (const name of left.split(", ")) {
      if (!/^test_\w+$/.test(name)) problems.push(`${JSON.stringify(name)} is no name of a test`)
      else if (!rows.has(name)) problems.push(`${name} is no test of ${file}`)
      else rows.set(name, (rows.get(name) ?? 0) + 1)
    }
    problems.push(...problemsWith(right, titles))
  }
  for (const [name, count] of rows) {
    if (count === 0) problems.push(`${name} is missing`)
    else if (count > 1) problems.push(`${name} stands in ${count} rows`)
  }
  return problems
}

function problemsWith(answer: string, titles: Titles): string[] {
  if (/^none: \S/.test(answer)) return []
  const problems: string[] = []
  let rest = ` · ${answer}`
  let file = ""
  while (rest !== "") {
    const named = takeTest(rest, file)
    if (named === undefined) {
      return [...problems, `cannot read ${JSON.stringify(rest.slice(3))}; an answer is test/FILE.test.ts: “title”, or none: reason`]
    }
    problems.push(...problemsWithTest(named, titles))
    file = named.file
    rest = named.rest
  }
  return problems
}
