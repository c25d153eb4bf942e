import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { describe, it } from "node:test"
import { difference, realDifference } from "../examples/support/comparison.ts"
import { folder, programs, promisedBy, REAL, writtenBy } from "./guide-programs.ts"
import { chapters, guide, includesOf, linksOf, problemsOf, root } from "./guide-pages.ts"

describe("the programs of the guide", () => {
  for (const name of programs()) {
    it(`${name} writes what it promises`, () => check(name, name in REAL ? "real" : "virtual"))
  }

  it("are all shown by a chapter, and have nothing beside them but their output", () => {
    const shown = new Set(chapters().flatMap((page) => [...includesOf(page), ...linksOf(page)].map(({ file }) => file)))
    assert.deepEqual(programs().filter((name) => !shown.has(join(folder, `${name}.ts`))), [])
    const texts = readdirSync(folder).filter((file) => !file.endsWith(".ts"))
    assert.deepEqual([...new Set(texts.map((file) => file.replace(/(?:\.stderr)?\.txt$/, "")))], programs())
    assert.deepEqual(Object.keys(REAL).filter((name) => !programs().includes(name)), [])
  })
})

const skip = process.env["TEST_SYSTEM"] === "1" ? false : "all programs in real time, with TEST_SYSTEM=1"
describe("all other programs of the guide, in real time", { concurrency: 3, skip }, () => {
  for (const name of programs().filter((name) => !(name in REAL))) it(`${name} writes what it promises`, () => check(name, "real"))
})

async function check(name: string, time: "virtual" | "real"): Promise<void> {
  const promised = promisedBy(name)
  const written = await writtenBy(name, time)
  const compare = time === "real" ? realDifference : difference
  assert.equal(compare(promised.out, written.out), undefined)
  assert.equal(compare(promised.err, written.err), undefined, "on standard error")
}

describe("the chapters of the guide", () => {
  it("are numbered from 1 on, and none is missing", () => {
    const numbers = chapters().map(({ path }) => basename(path).slice(0, 2))
    assert.deepEqual(numbers, Array.from({ length: 29 }, (_, index) => String(index + 1).padStart(2, "0")))
  })

  for (const page of chapters()) {
    it(`${basename(page.path)} includes, links and asks as a chapter does`, () => {
      assert.deepEqual(problemsOf(page), [])
    })
  }

  it("show or link every program that examples/README.md has a row for", () => {
    const examples = join(root, "examples")
    const [rows = ""] = readFileSync(join(examples, "README.md"), "utf8").split(/^## Not yet$/m)
    const wanted = [...rows.matchAll(/^\| (?!---|row )([^|]+) \| ([^|]+) \|/gm)].flatMap(([, row = "", files = ""]) =>
      [...files.matchAll(/\]\((.*?)\)/g)].map(([, file = ""]) => ({ row, file: resolve(examples, file) })),
    )
    assert.ok(wanted.length >= 60)
    const shown = new Set(chapters().flatMap((page) => [...includesOf(page), ...linksOf(page)].map(({ file }) => file)))
    assert.deepEqual(wanted.filter(({ file }) => !shown.has(file)).map(({ row, file }) => `${row}: ${relative(root, file)}`), [])
  })
})

const [first] = chapters()
assert.ok(first !== undefined)
const { path, text } = first

const planted: [what: string, text: string, problem: RegExp][] = [
  ["has no title", text.replace("# ", ""), /its first line is no title/],
  ["has code of its own", text.replace("## See it", "## See it\n\n```ts\nconsole.log(1)\n```"), /has code of its own/],
  ["leaves an answer open", text.replace(/^:::$/m, ""), /has a block that is not closed/],
  ["includes what is not there", text.replace("restaurant.ts\n", "waiter.ts\n"), /includes examples\/lessons\/waiter\.ts, which does not exist/],
  ["includes what no test compares", text.replace("lessons/restaurant.ts\n", "custom/latch.ts\n"), /includes examples\/custom\/latch\.ts, whose output no test compares/],
  ["includes a region that is not there", text.replace("restaurant.ts\n", "restaurant.ts#tables\n"), /includes the region tables of examples\/lessons\/restaurant\.ts/],
  ["includes the marks of regions", text.replace("lessons/restaurant.ts\n", "guide/swallowed.ts\n"), /and the marks of its regions/],
  ["links to a file that is not there", text.replace("(27-executors.md)", "(27-threads.md)"), /links to docs\/guide\/27-threads\.md, which does not exist/],
  ["links to a heading that is not there", text.replace("(27-executors.md)", "(27-executors.md#tea)"), /links to #tea of docs\/guide\/27-executors\.md/],
  ["leaves out a level", text.replace("### Analyse", "### Ponder"), /has questions on Understand, Apply, Ponder, Evaluate/],
  ["asks nothing", text.replace(/\*\*Write a program.*\*\*/, ""), /asks nothing on the level Apply/],
  ["answers without a program", text.replace(/\[restaurant\.ts\]\(.*?\)/, "The program"), /answers on the level Understand without a program/],
]

describe("a chapter is refused that", () => {
  for (const [what, changed, problem] of planted) {
    it(what, () => {
      assert.notEqual(changed, text)
      const problems = problemsOf({ path, text: changed })
      assert.ok(problems.length >= 1)
      assert.match(problems.join("\n"), problem)
    })
  }

  it("is not refused as it stands", () => {
    assert.ok(existsSync(path) && dirname(path) === guide)
    assert.deepEqual(problemsOf({ path, text }), [])
  })
})
