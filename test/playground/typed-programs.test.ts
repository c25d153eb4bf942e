/** The type service without a browser: on the files that the build gives it, with the compiler of playground/. */
import assert from "node:assert/strict"
import { createRequire } from "node:module"
import { join } from "node:path"
import { before, describe, it } from "node:test"
import type { Answers, Kind, Mistake, ProgramText, Question, TypeFiles } from "../../playground/src/types/type-messages.ts"

const playground = join(import.meta.dirname, "../../playground")
const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : false
const HEAD = 'import * as asyncio from "asyncio-ts"\n'
/** Of the exercises, given programs that are for the terminal: the page says so of each. */
const ELSEWHERE = ["classify/ask.ts", "classify-limits/pages.ts", "deadlock/shop.ts"]

interface Service {
  answer(question: Question): unknown
}

interface Listed {
  readonly name: string
  readonly file: string
  readonly code: string
}

/** What files of the playground export, which need its packages and are no part of the project's own types. */
interface Parts {
  readonly TypeService: new (compiler: unknown, files: TypeFiles) => Service
  typeFiles(): TypeFiles
  exampleList(names: unknown): { listed: readonly Listed[] }
  exerciseList(names: unknown): readonly { name: string; files: Readonly<Record<string, string>> }[]
  nameList(file: string): unknown
  readonly LIBRARY: Readonly<Record<string, { source: string }>>
  install(folder: string): void
}

let service: Service
let parts: Parts
let names: unknown

async function part<K extends keyof Parts>(file: string, name: K): Promise<Pick<Parts, K>> {
  const module = (await import(new URL(`../../${file}`, import.meta.url).href)) as Pick<Parts, K> // as declared above
  return { [name]: module[name] } as Pick<Parts, K> // the one that was asked for
}

before(async () => {
  if (skip !== false) return
  const { install } = await part("tools/install.mjs", "install")
  install(playground)
  parts = {
    install,
    ...(await part("playground/src/worker/type-service.ts", "TypeService")),
    ...(await part("playground/build/type-files.mjs", "typeFiles")),
    ...(await part("playground/build/example-list.mjs", "exampleList")),
    ...(await part("playground/build/exercise-list.mjs", "exerciseList")),
    ...(await part("playground/build/name-list.mjs", "nameList")),
    ...(await part("playground/build/library.mjs", "LIBRARY")),
  }
  names = Object.fromEntries(Object.entries(parts.LIBRARY).map(([name, { source }]) => [name, parts.nameList(source)]))
  service = new parts.TypeService(createRequire(join(playground, "package.json"))("typescript"), parts.typeFiles())
}, { timeout: 600_000 })

function program(text: string, others: Readonly<Record<string, string>> = {}): ProgramText {
  return { file: "main.ts", text, others }
}

function mistakesIn(of: ProgramText): readonly Mistake[] {
  return service.answer({ kind: "mistakes", program: of }) as readonly Mistake[] // is-from-types.ts looks at them on the page
}

/** At the end of the text. */
function at<K extends Exclude<Kind, "mistakes" | "details">>(kind: K, text: string, back = 0): Answers[K] | undefined {
  return service.answer({ kind, program: program(text), at: text.length - back }) as Answers[K] | undefined // as above
}

function offered(text: string): string[] {
  return (at("completions", text)?.offers ?? []).map(({ name, source }) => (source === undefined ? name : `${name} of ${source}`))
}

describe("the types of programs on the page", { skip, concurrency: false, timeout: 600_000 }, () => {
  it("finds nothing wrong with any program that the page has, nor with any exercise that can be checked there", () => {
    const wrong: string[] = []
    for (const { name, file, code } of parts.exampleList(names).listed) wrong.push(...mistakesIn({ file, text: code, others: {} }).map(({ message }) => `${name}: ${message}`))
    for (const { name, files } of parts.exerciseList(names)) {
      for (const [file, text] of Object.entries(files).filter(([one]) => one.endsWith(".ts") && !ELSEWHERE.includes(`${name}/${one}`))) {
        wrong.push(...mistakesIn({ file, text, others: files }).map(({ message }) => `${name}/${file}: ${message}`))
      }
    }
    assert.deepEqual(wrong, [])
  })

  it("tells what stops a program from what is only a type", () => {
    const told = (text: string): string[] => mistakesIn(program(HEAD + text)).map(({ message, stops }) => `${stops ? "stops" : "type"}: ${message}`)
    assert.deepEqual(told("const tea: string = await asyncio.sleep(1, 3)\n"), ["type: Type 'number' is not assignable to type 'string'."])
    assert.deepEqual([...new Set(told("const = 3\n").map((one) => one.replace(/:.*/, "")))], ["stops"])
    assert.deepEqual(told("function tea() { await asyncio.sleep(1) }\n").map((one) => one.replace(/:.*/, "")), ["stops"])
    assert.deepEqual(told("enum Tea { green }\n").map((one) => one.replace(/:.*/, "")), ["type"])
    assert.deepEqual(told("const unused = 1\nfunction brew(kind: string) {}\n"), [])
  })

  it("knows what a worker has, and neither Node nor a page", () => {
    const known = mistakesIn(program("setTimeout(() => undefined, 1); performance.now(); self.name; new Worker('x'); crypto.randomUUID()\n"))
    assert.deepEqual(known, [])
    const messages = mistakesIn(program('process.exit()\ndocument.title\nBuffer.from([])\nimport "fs"\nimport type { Stats } from "node:fs"\nimport x from "__proto__"\n')).map(({ message, stops }) => `${stops} ${message.split(";")[0]}`)
    assert.deepEqual(messages, [
      "false Cannot find name 'process'.",
      "false Cannot find name 'document'.",
      "false Cannot find name 'Buffer'.",
      "true fs is not to be had in a browser",
      "false node:fs is not to be had in a browser",
      "true __proto__ is not to be had in a browser",
    ])
  })

  it("completes members by type, what is near, and names of modules with their import", () => {
    assert.ok(offered(`${HEAD}const queue = new asyncio.Queue<string>()\nconst kind = await queue.get()\nkind.`).includes("toUpperCase"))
    assert.deepEqual(offered("class Tea {\n  #kind = 1\n  brew() {\n    this."), ["#kind", "brew"])
    const names = offered("const kettle = 1\n{ const cup = 2\n")
    for (const name of ["kettle", "cup", "gather of asyncio-ts", "VirtualClock of asyncio-ts/testing"]) assert.ok(names.includes(name), name)
    const text = "await gather"
    const details = service.answer({ kind: "details", program: program(text), at: text.length, name: "gather", source: "asyncio-ts" }) as Answers["details"] // as above
    assert.deepEqual(details.changes, [{ from: 0, to: 0, text: 'import { gather } from "asyncio-ts"\n\n' }])
    assert.match(details.code, /^function gather</)
    assert.equal(details.text, "Runs awaitables concurrently and gives their results in the order of the arguments.")
  })

  it("says what a thing is, and the parameter that comes next", () => {
    assert.equal(at("hover", "/** Ready in a minute. Or two. */\nconst tea = 1\n", "ea = 1\n".length)?.text, "Ready in a minute.")
    const call = at("call", `${HEAD}asyncio.sleep(1, `)
    assert.deepEqual([call?.before, call?.parameter], ["sleep(delay: number, ", "result: unknown"])
    assert.equal(at("hover", "// tea"), undefined)
  })

  it("finds the files beside a program, and nothing else by a path", () => {
    assert.deepEqual(mistakesIn(program('import { brew } from "./work.ts"\nbrew(1)\n', { "work.ts": "export function brew(count: number) { return count }\n" })), [])
    for (const path of ["./cup.ts", "../../../../etc/passwd", "../lib/lib.es5", "https://example.org/tea.js"]) assert.equal(mistakesIn(program(`import "${path}"\n`)).length, 1, path)
  })

  it("answers again after a text that the compiler breaks on", () => {
    for (const text of ["(".repeat(100_000), `const a = ${"[".repeat(50_000)}`, `type A = ${"{ a: ".repeat(20_000)}`]) assert.throws(() => mistakesIn(program(text)), RangeError)
    assert.equal(mistakesIn(program("const tea: string = 1")).length, 1)
  })
})
