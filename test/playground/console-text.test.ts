import assert from "node:assert/strict"
import { it } from "node:test"
import { format } from "node:util"
import { consoleText } from "../../playground/src/worker/console-text.ts"
import { Random } from "../support/random.ts"

const SEED = Number(process.env["SEED"] ?? Date.now() % 1e6)

class Tea {
  readonly kind = "Masala"
}

const circle: Record<string, unknown> = { name: "circle" }
circle["self"] = [circle]

const CASES: readonly (readonly unknown[])[] = [
  [],
  [""],
  ["two", "words", 3, -0, 4n, true, null, undefined, Symbol("tea")],
  [["Masala", "it's", 'both " and \'', "line\nbreak"], []],
  [{ kind: "Green", "two words": 1, nested: { deeper: { deepest: { hidden: 1 } } } }, {}],
  [new Map<unknown, unknown>([["a", 1], [{ b: 2 }, [3]]]), new Set(["x", 1]), new Map()],
  [new Tea(), new Uint8Array([1, 2])],
  ["%s has %d of %i, %j and %%", "Tea", 1.5, 2.7, { a: 1 }, "more", ["rest"]],
  ["100% sure", "%s"],
  [() => undefined, function brew() {}, Tea],
  [/tea/g, new Date(0)],
  [[[[[1]]]], { a: { b: { c: {} } } }],
  [Array.from({ length: 10 }, (_, at) => at * at), Array.from({ length: 7 }, (_, at) => `tea ${at * 997}`)],
  [Array.from({ length: 130 }, (_, at) => at), { list: Array.from({ length: 12 }, (_, at) => at / 3) }],
  [Array.from({ length: 3 }, (_, at) => ({ name: `a rather long name of an entry, number ${at}` }))],
]

it("the playground's console writes what Node's does", () => {
  for (const values of CASES) assert.equal(consoleText(values, String), format(...values))
})

it("the playground's console sets lists of any length as Node does", (t) => {
  t.diagnostic(`SEED=${SEED}`)
  const random = new Random(SEED)
  for (let round = 0; round < 300; round += 1) {
    const words = random.below(2) === 0
    const list = Array.from({ length: random.below(40) }, () => (words && random.below(2) === 0 ? "x".repeat(random.below(14)) : random.below(10 ** random.below(7))))
    const value = random.below(3) === 0 ? { list, more: 1 } : list
    assert.equal(consoleText([value], String), format(value))
  }
})

it("the playground's console shows errors as it is told to, and ends at a circle", () => {
  const shown = (error: Error): string => `<${error.message}>`
  assert.equal(consoleText([new Error("cold"), [new Error("late")]], shown), "<cold> [ [<late>] ]")
  assert.match(consoleText([circle], shown), /Circular/)
})
