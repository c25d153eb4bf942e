/**
 * The page of asyncio's rules and names: docs/rules.md says for each which tests of ours hold
 * it, for what part it waits, or where it is said why it is not so here.
 */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import * as executors from "asyncio-ts/executors"
import * as flow from "asyncio-ts/flow"
import * as http from "asyncio-ts/http"
import * as inspect from "asyncio-ts/inspect"
import * as postgres from "asyncio-ts/postgres"
import * as testing from "asyncio-ts/testing"
import { entries, exportsOf, root, type Export } from "./entries.ts"
import { cells, problemsWithTest, takeTest, titlesIn, titlesOf, type Titles } from "./titles.ts"

const RULES = 202
/** The parts that are still to come. */
const LATER = ["repl"]

const page = readFileSync(join(root, "docs/rules.md"), "utf8")
const differences = [...readFileSync(join(root, "docs/differences.md"), "utf8").matchAll(/^## (.+)$/gm)].map(([, title]) => title)
const exported = entries().filter(({ browser }) => !browser).flatMap(({ file }) => exportsOf(file))
const values: Readonly<Record<string, unknown>> = { ...asyncio, ...inspect, ...testing, ...flow, ...http, ...postgres, ...executors }

describe("docs/rules.md", () => {
  it("has each rule once, in order, with what holds it", () => {
    assert.deepEqual(problemsOfRules(rows(page, "Rules"), RULES, ["later", "differs"], titlesIn), [])
  })

  it("has what holds each of asyncio's names", () => {
    assert.deepEqual(problemsOfNames(rows(page, "Names"), titlesIn), [])
  })

  it("has what holds each name that asyncio does not have", () => {
    const beyond = rows(page, "Beyond asyncio")
    assert.deepEqual(beyond.filter(([, what]) => what === ""), [])
    assert.deepEqual(beyond.flatMap(([, , answer = ""]) => problemsWith(answer, [], titlesIn)), [])
  })

  it("names what is exported, all of it, and nothing else", () => {
    const named = [...rows(page, "Names").map(([, ours = ""]) => ours), ...rows(page, "Beyond asyncio").map(([ours = ""]) => ours)]
    assert.deepEqual(problemsOfExports(named.flatMap(names), exported), [])
  })
})

describe("a page of rules", () => {
  const source = 'it("one", () => undefined)\nvirtual(`${name}: two`, () => undefined)'
  const titles: Titles = (file) => (file === "test/own.test.ts" ? titlesOf(source) : undefined)
  const rules = (...answers: string[]): string[] =>
    problemsOfRules(answers.map((answer, index) => [`R${index + 1}`, "what", answer]), answers.length, ["later", "differs"], titles)

  it("may name tests, and beside or instead of them a part to come or a difference", () => {
    for (const answer of [
      "test/own.test.ts: “one”",
      "test/own.test.ts: “one” · “Queue: two” · differs: “One thread”",
      "later: repl",
      "test/own.test.ts: “one” · later: repl",
      "differs: “`catch` takes everything” · differs: “One thread”",
    ]) {
      assert.deepEqual(rules(answer), [], answer)
    }
  })

  const planted: [what: string, answer: string, problem: RegExp][] = [
    ["names a title that its file has not", "test/own.test.ts: “three”", /^test\/own\.test\.ts has no test “three”$/],
    ["names a file that does not exist", "test/other.test.ts: “one”", /^test\/other\.test\.ts does not exist$/],
    ["names a title without its file", "“one”", /^cannot read "“one”"$/],
    ["says nothing", "", /^cannot read ""$/],
    ["waits for what is not to come", "later: someday", /^"someday" is none of the parts to come/],
    ["names a difference that is not told", "differs: “So it is”", /^docs\/differences\.md has no “So it is”$/],
    ["leaves out what is a rule", "left out: “Left out”", /^cannot read "left out: “Left out”"$/],
  ]
  for (const [what, answer, problem] of planted) {
    it(`is refused if a rule ${what}`, () => {
      const [found, ...others] = rules(answer)
      assert.match(found ?? "", problem)
      assert.deepEqual(others, [])
    })
  }

  it("is refused if a rule is missing, stands twice or has no words", () => {
    const table = (...numbers: string[]): string[] =>
      problemsOfRules(numbers.map((number) => [number, "what", "later: repl"]), 2, ["later", "differs"], titles)
    assert.match(table("R1").join(), /1 rules, not 2/)
    assert.match(table("R1", "R1").join(), /R1 stands where R2 belongs/)
    assert.match(table("R2", "R1").join(), /R2 stands where R1 belongs/)
    assert.match(problemsOfRules([["R1", "", "later: repl"]], 1, ["later"], titles).join(), /R1 has no words/)
  })

  it("is refused if a name of asyncio stands twice, or is neither ours, nor to come, nor left out", () => {
    const table = (...given: string[][]): string => problemsOfNames(given, titles).join()
    assert.equal(table(["`a`, `b(c, d)`", "`sleep`", "test/own.test.ts: “one”"], ["`x`", "–", "later: repl"]), "")
    assert.match(table(["`a`", "–", "later: repl"], ["`a`", "–", "later: repl"]), /a stands in 2 rows/)
    assert.match(table(["`a`", "–", "test/own.test.ts: “one”"]), /a has a test, but no name of ours/)
    assert.match(table(["`a`", "`sleep`", "later: repl"]), /a has a name of ours, but no test/)
    assert.match(table(["a", "`sleep`", "test/own.test.ts: “one”"]), /cannot read "a"/)
  })

  it("is refused if a name is not exported, or has no such member, or an export has no row", () => {
    const [sleep] = exported.filter(({ name }) => name === "sleep")
    const [lock] = exported.filter(({ name }) => name === "Lock")
    const [options] = exported.filter(({ name }) => name === "GatherOptions")
    assert.ok(sleep !== undefined && lock !== undefined && options !== undefined)
    assert.deepEqual(problemsOfExports(["sleep", "Lock", "Lock.acquire", "GatherOptions.limit"], [sleep, lock, options]), [])
    assert.deepEqual(problemsOfExports(["sleep", "snooze"], [sleep]), ["snooze is not exported"])
    assert.deepEqual(problemsOfExports(["Lock.open"], [lock]), ["Lock has no member open"])
    assert.deepEqual(problemsOfExports(["GatherOptions.most"], [options]), ["GatherOptions has no member most"])
    assert.deepEqual(problemsOfExports(["sleep"], [sleep, lock]), ["Lock is exported, but has no row"])
    const parts = exported.filter(({ name }) => ["subprocess", "subprocess.PIPE", "subprocess.Process"].includes(name))
    assert.deepEqual(problemsOfExports(["subprocess.PIPE", "subprocess.Process.wait"], parts), [])
    assert.deepEqual(problemsOfExports(["subprocess.PIPE", "subprocess.Process.rest"], parts), ["subprocess.Process has no member rest"])
    assert.deepEqual(problemsOfExports(["subprocess.PIPE"], parts), ["subprocess.Process is exported, but has no row"])
  })
})

/** The rows of the tables under a heading, without their heads. */
function rows(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ""
  const lines = section.split("\n").filter((line) => line.startsWith("|"))
  return lines.map(cells).filter((_row, index) => !lines[index]?.startsWith("| ---") && !lines[index + 1]?.startsWith("| ---"))
}

function problemsOfRules(table: readonly string[][], count: number, reasons: readonly string[], titles: Titles): string[] {
  const problems = table.length === count ? [] : [`${table.length} rules, not ${count}`]
  for (const [index, [number, what, answer, more]] of table.entries()) {
    if (number !== `R${index + 1}`) problems.push(`${number} stands where R${index + 1} belongs`)
    if (what === "") problems.push(`${number} has no words`)
    if (answer === undefined || more !== undefined) problems.push(`${number} is no row of three cells`)
    else problems.push(...problemsWith(answer, reasons, titles))
  }
  return problems
}

function problemsOfNames(table: readonly string[][], titles: Titles): string[] {
  const problems: string[] = []
  const seen = new Map<string, number>()
  for (const [theirs = "", ours = "", answer = ""] of table) {
    const all = names(theirs)
    if (all.length === 0) problems.push(`cannot read ${JSON.stringify(theirs)}`)
    for (const name of all) seen.set(name, (seen.get(name) ?? 0) + 1)
    const tested = answer.includes("“") && !answer.startsWith("left out")
    if (tested && ours === "–") problems.push(`${all.join()} has a test, but no name of ours`)
    if (!tested && ours !== "–") problems.push(`${all.join()} has a name of ours, but no test`)
    problems.push(...problemsWith(answer, ["later", "left out"], titles))
  }
  for (const [name, count] of seen) if (count > 1) problems.push(`${name} stands in ${count} rows`)
  return problems
}

/** `X` is exported, also as a part of a namespace, and `X.y` is a member of an X. */
function problemsOfExports(named: readonly string[], all: readonly Export[]): string[] {
  const problems: string[] = []
  const known = new Map(all.map((one) => [one.name, one]))
  const seen = new Set<string>()
  for (const path of new Set(named)) {
    const [, owner = "", member] = /^(.+?)\.([^.]+|\[.+\])$/.exec(path) ?? []
    const one = known.get(path) ?? known.get(owner)
    if (one === undefined) problems.push(`${owner || path} is not exported`)
    else if (one.name !== path && !hasMember(one, member ?? "")) problems.push(`${one.name} has no member ${member}`)
    for (const { name } of all) if (one?.name === name || one?.name.startsWith(`${name}.`)) seen.add(name)
  }
  return [...problems, ...all.filter(({ name }) => !seen.has(name)).map(({ name }) => `${name} is exported, but has no row`)]
}

/** On the prototype, or declared as a field of the class or the interface. */
function hasMember({ name, file, local }: Export, member: string): boolean {
  const [top = "", inner] = name.split(".")
  const value = inner === undefined ? values[top] : (values[top] as Readonly<Record<string, unknown>> | undefined)?.[inner] // of a namespace
  const symbol = /^\[Symbol\.(\w+)\]$/.exec(member)?.[1] as keyof SymbolConstructor | undefined // a name of one, or no property
  if (typeof value === "function" && (symbol === undefined ? member : (Symbol[symbol] as symbol)) in (value.prototype as object)) return true
  const [, body = ""] = readFileSync(join(root, file), "utf8").split(new RegExp(`^export (?:abstract class|class|interface) ${local}\\b`, "m"))
  return new RegExp(`^  (?:abstract |readonly )*${member}[?:=( ]`, "m").test(body.split("\n}\n")[0] ?? "")
}

/** The names in a cell; none if it is no list of names. */
function names(cell: string): string[] {
  if (!/^`[^`]+`(?:, `[^`]+`)*$/.test(cell)) return []
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)
}

/** An answer is tests, and reasons of the given kinds, joined by ` · `. */
function problemsWith(answer: string, reasons: readonly string[], titles: Titles): string[] {
  const problems: string[] = []
  let rest = ` · ${answer}`
  let file = ""
  while (rest !== "") {
    const [all = "", reason = "", part, heading] = /^ · (later|differs|left out): (?:(\w+)|“([^”]+)”)/.exec(rest) ?? []
    const named = takeTest(rest, file)
    if (named !== undefined) {
      problems.push(...problemsWithTest(named, titles))
      file = named.file
      rest = named.rest
      continue
    }
    if (!reasons.includes(reason) || (reason === "later") !== (part !== undefined)) return [...problems, `cannot read ${JSON.stringify(rest.slice(3))}`]
    if (part !== undefined && !LATER.includes(part)) problems.push(`"${part}" is none of the parts to come: ${LATER.join(", ")}`)
    if (heading !== undefined && !differences.includes(heading)) problems.push(`docs/differences.md has no “${heading}”`)
    rest = rest.slice(all.length)
  }
  return problems
}
