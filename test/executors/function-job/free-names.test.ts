import assert from "node:assert/strict"
import { test } from "node:test"
import { runInThisContext } from "node:vm"
import { readFreeNames } from "#src/executors/function-job/free-names.ts"
import { scopeTools } from "#src/executors/function-job/scope-tools.ts"
import { random, type Random } from "../../support/random.ts"

function freeIn(text: string): string[] {
  const tools = scopeTools()
  assert.ok(tools !== null)
  const reading = readFreeNames({ text, expression: text, name: "", isMethod: false, strict: true }, tools)
  assert.ok(reading !== undefined, text)
  return reading.free.map(({ name }) => name).sort()
}

random("the free names of a function are those that nothing in it declares, whatever it looks like", 300, (random) => {
  const writer = new Writer(random)
  const text = writer.fn(3)
  assert.deepEqual(freeIn(text), [...writer.captured].sort(), text)
})

random("V8 agrees: with its free names declared around it, a function runs into no missing variable, and without one it does", 60, (random) => {
  const text = new Writer(random, false).fn(2)
  const free = freeIn(text)
  /** The first variable that a call finds missing. */
  const missing = (declared: readonly string[]): string | undefined => {
    try {
      runInThisContext(`(function () { "use strict"; ${declared.map((name) => `let ${name} = 1;`).join("")} (${text})() })()`)
    } catch (error) {
      return /^(\w+) is not defined$/.exec(error instanceof Error ? error.message : "")?.[1]
    }
    return undefined
  }
  assert.equal(missing(free), undefined, text)
  const first = missing([])
  if (first !== undefined) assert.ok(free.includes(first), text)
})

test("syntax that the parser does not know leaves a function unread", () => {
  const tools = scopeTools()
  assert.ok(tools !== null)
  const text = "(n) => n |> tea"
  assert.equal(readFreeNames({ text, expression: text, name: "", isMethod: false, strict: true }, tools), undefined)
})

const OUTSIDE = ["rate", "total", "tea", "leaves", "cups"]
const INSIDE = ["a", "b", "c", "d"]

/** Writes functions, and keeps what they take from around them. */
class Writer {
  readonly captured = new Set<string>()
  readonly #random: Random
  /** The names declared so far, innermost scope last. */
  readonly #scopes: string[][] = []
  #named = 0

  /** An async function would fail after the test. */
  readonly #kinds: number

  constructor(random: Random, async = true) {
    this.#random = random
    this.#kinds = async ? 4 : 3
  }

  fn(depth: number): string {
    const kind = this.#random.below(this.#kinds)
    const name = this.#fresh()
    this.#scopes.push(kind === 1 ? [name] : []) // a function expression sees its own name
    const parameters = this.#parameters(depth)
    const body = this.#statements(depth)
    this.#scopes.pop()
    if (kind === 0) return `(${parameters}) => { ${body} }`
    if (kind === 1) return `function ${name}(${parameters}) { ${body} }`
    if (kind === 2) return `function (${parameters}) { ${body} }`
    return `async (${parameters}) => { ${body} }`
  }

  #parameters(depth: number): string {
    return Array.from({ length: this.#random.below(3) }, () => {
      const name = this.#fresh()
      // The default sees the parameters before it.
      const value = this.#random.chance(30) ? this.#value(depth - 1) : undefined
      this.#declare(name)
      if (value !== undefined) return `${name} = ${value}`
      if (this.#random.chance(30)) return `{ ${this.#random.pick(OUTSIDE)}: ${name} = 1 } = {}`
      return name
    }).join(", ")
  }

  #statements(depth: number): string {
    return Array.from({ length: 1 + this.#random.below(3) }, () => this.#statement(depth)).join("; ")
  }

  #statement(depth: number): string {
    const name = this.#fresh()
    const inner = (declared: readonly string[]): string => {
      this.#scopes.push([...declared])
      const text = this.#statements(depth - 1)
      this.#scopes.pop()
      return text
    }
    switch (this.#random.below(depth <= 0 ? 3 : 10)) {
      case 0: {
        const value = this.#value(depth)
        this.#declare(name)
        return `const ${name} = ${value}`
      }
      case 1: {
        const value = this.#value(depth)
        this.#declare(name)
        return `let { ${this.#random.pick(OUTSIDE)}: ${name}, ...${this.#declared()} } = [${value}]`
      }
      case 3:
        return `{ ${inner([])} }`
      case 4:
        return `for (const ${name} of [1]) { ${inner([name])} }`
      case 5:
        return `try { ${inner([])} } catch (${name}) { ${inner([name])} }`
      case 6:
        this.#declare(name)
        return `const ${name} = ${this.fn(depth - 1)}`
      case 7:
        this.#declare(name)
        return `class ${name} { ${this.#random.pick(OUTSIDE)} = ${this.#value(depth - 1)}; [${this.#value(depth - 1)}]() { ${inner([])} } }`
      case 8:
        return `${name}: for (;;) { ${inner([])}; break ${name} }`
      default:
        return `void (${this.#value(depth)})`
    }
  }

  #value(depth: number): string {
    switch (this.#random.below(depth <= 0 ? 3 : 7)) {
      case 0:
        return String(this.#random.below(100))
      case 1:
        return this.#name()
      case 2:
        return `typeof ${this.#name()}`
      case 3:
        return `({ ${this.#random.pick(OUTSIDE)}: ${this.#value(depth - 1)} })?.${this.#random.pick(OUTSIDE)}`
      case 4:
        return `[${this.#value(depth - 1)}, ${this.#value(depth - 1)}].length`
      case 5:
        return `\`tea \${${this.#value(depth - 1)}} rate\``
      default:
        return `(${this.fn(depth - 1)})`
    }
  }

  /** A name that is there: one from around, or one declared before. */
  #name(): string {
    const declared = this.#scopes.flat()
    const name = declared.length > 0 && this.#random.chance(60) ? this.#random.pick(declared) : this.#random.pick(OUTSIDE)
    if (!declared.includes(name)) this.captured.add(name)
    return name
  }

  #fresh(): string {
    this.#named += 1
    return `${this.#random.pick(INSIDE)}${this.#named}`
  }

  #declared(): string {
    const name = this.#fresh()
    this.#declare(name)
    return name
  }

  #declare(name: string): void {
    this.#scopes.at(-1)?.push(name)
  }
}
