import assert from "node:assert/strict"
import path from "node:path"
import * as ALL from "node:path"
import { describe, it } from "node:test"
import { constants, Script } from "node:vm"
import * as acorn from "acorn"

import { readStatement, type Statement } from "#src/cli/repl/statement.ts"
import { incomplete, withoutTypes } from "#src/cli/repl/without-types.ts"

const skip = process.features.typescript === false ? "this Node does not take types off" : false

function read(typed: string): Statement {
  const statement = readStatement(acorn, typed)
  if (typeof statement === "symbol") throw new Error(`${typed} is taken for a beginning`)
  return statement
}

/** What a statement gives, and what its variables are then. */
async function run(typed: string): Promise<{ value: unknown; [name: string]: unknown }> {
  const { code, names } = read(typed)
  for (const name of names) Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true })
  try {
    const value: unknown = await new Script(code, { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext()
    return { ...Object.fromEntries(names.map((name) => [name, Reflect.get(globalThis, name)])), value }
  } finally {
    for (const name of names) Reflect.deleteProperty(globalThis, name)
  }
}

describe("a statement of the prompt", () => {
  const cases: [typed: string, found: Record<string, unknown>, awaits?: boolean][] = [
    ["1 + 1", { value: 2 }],
    ["1 + 1; // two", { value: 2 }],
    ["await 3", { value: 3 }, true],
    ["let a = 1, b", { a: 1, b: undefined, value: undefined }],
    ["const { a, c: [d = 4, ...e] } = { a: 1, c: [undefined, 5, 6] }", { a: 1, d: 4, e: [5, 6], value: undefined }],
    ["const x = 1\nx + 1", { x: 1, value: 2 }],
    ["String\nconst y = 2\n;[y]", { y: 2, value: [2] }],
    ["{ k: 1 }", { value: { k: 1 } }],
    ['{ "k": 1, l: 2 }', { value: { k: 1, l: 2 } }],
    ["let o = {\n  a: 1,\n}\no", { o: { a: 1 }, value: { a: 1 } }],
    ["{ let inner = 1; inner }", { value: undefined }],
    ["for (var i = 0; i < 3; i += 1) { var seen = i }", { i: 3, seen: 2, value: undefined }],
    ["for (const z of [1, 2]) { let own = z }", { value: undefined }],
    ["for (var [p, q] of [[1, 2]]) ;", { p: 1, q: 2, value: undefined }],
    ["var total = 0\nfor await (const n of [1, 2]) total += n", { total: 3, value: undefined }, true],
    ["if (true) var late = 1", { late: 1, value: undefined }],
    ["import { basename as b, sep } from 'node:path'\nb('/a/c')", { b: path.basename, sep: path.sep, value: "c" }, true],
    ["String\nimport * as path from 'node:path'", { path: ALL, value: undefined }, true],
    ["import path, { sep } from 'node:path'\npath.sep === sep", { path: path, sep: path.sep, value: true }, true],
    ["import 'node:path'", { value: undefined }, true],
    ["export const kept = 1", { kept: 1, value: undefined }],
    ["async () => { await 1 }", {}],
    ["", { value: undefined }],
    ["// nothing", { value: undefined }],
  ]
  for (const [typed, expected, awaits = false] of cases) {
    it(`runs ${JSON.stringify(typed)}${awaits ? ", and awaits" : ""}`, async () => {
      const found = await run(typed)
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name], value, name)
      assert.equal(read(typed).awaits, awaits)
    })
  }

  it("keeps functions and classes, by the names that they have, also above where they are declared", async () => {
    const found = await run("const early = twice(2)\nfunction twice(n) { return n < 0 ? twice(-n) : 2 * n }\nclass Box { static made = new Box() }\nasync function* gen() { yield 1 }")
    assert.equal(found["early"], 4)
    const { twice, Box, gen } = found as unknown as { twice: (n: number) => number; Box: { name: string; made: unknown }; gen: { name: string } }
    assert.equal(twice(-3), 6)
    assert.deepEqual([twice.name, Box.name, gen.name], ["twice", "Box", "gen"])
  })

  it("has no types when it runs", { skip }, async () => {
    const found = await run("interface Tea { cups: number }\nconst tea: Tea = { cups: 2 }\nfunction pour<T extends Tea>(t: T): number { return t.cups }\npour(tea) as number")
    assert.equal(found.value, 2)
  })

  it("is known for a beginning where more has to come", { skip }, () => {
    for (const typed of ["function f(a: number) {", "const x = [1,", "call(", "`text", "/* remark", "let x: ", "if (a) {", "class A { x: number =", "interface X {", "type A = {", "{ a: 1", "1 +", "(a: number) =>", "const f = async () => {\n  await g(", "import { x", "let o = {", "let o = {\n  a: 1,", "import {\n  sleep,", "let {\n  a,", "function f(\n  a: number,", "a.b."]) {
      assert.equal(readStatement(acorn, typed), incomplete, typed)
    }
  })

  it("is known for a beginning without the part of Node that takes types off", () => {
    for (const typed of ["function f(a) {", "call(", "`text", "/* remark", "{ a: 1", "1 +"]) {
      // As on an older Node, whose sources are JavaScript.
      assert.throws(() => acorn.parse(typed, { ecmaVersion: "latest" }), SyntaxError)
      assert.equal(readStatement(acorn, typed), incomplete, typed)
    }
  })

  it("is refused where it can never be one", { skip }, () => {
    for (const [typed, message] of [["x = )", /^Expression expected$/], ["a b", /Expected ';'/], ["enum E { A }", /enum is not supported/], ["'abc", /Unterminated string/], ["let let = 1", /let/], ["export { a }", /not defined/], ["export default 5", /nobody could import/], ["class A { m() { this.#y } }", /#y/], ["delete x", /./]] as const) {
      assert.throws(() => readStatement(acorn, typed), (error) => error instanceof SyntaxError && message.test(error.message), typed)
    }
    assert.throws(() => withoutTypes("namespace N { export const a = 1 }"), SyntaxError)
  })
})
