import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, it } from "node:test"
import { pathToFileURL } from "node:url"
import { runInThisContext } from "node:vm"
import * as asyncio from "asyncio-ts"
import { compileFunction } from "#src/executors/function-job/compile-function.ts"
import { describeFunction } from "#src/executors/function-job/describe-function.ts"
import { useScopeTools } from "#src/executors/function-job/scope-tools.ts"

/** A function of exactly this source, with `around` as the code around it. */
function written(source: string, around = ""): Function {
  return runInThisContext(`(function () { ${around}; return (${source}\n) })()`) as Function // the tests write functions
}

/** What the error says of the function. */
function refusal(fn: Function, attempt = "toThread"): string {
  try {
    describeFunction(fn, attempt)
  } catch (error) {
    assert.ok(error instanceof TypeError, String(error))
    return error.message
  }
  assert.fail(`${String(fn)} was not refused`)
}

/** The function as a worker has it: from a clone, since that is how it gets there. */
function sent(fn: Function): (...args: unknown[]) => unknown {
  return compileFunction(structuredClone(describeFunction(fn, "toThread"))) as (...args: unknown[]) => unknown // it is called as the test says
}

const MODULE = `pool.module<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url))`

describe("a function that is whole", () => {
  const shapes: [source: string, args: unknown[], result: unknown][] = [
    ["(n) => n * 2", [21], 42],
    ["n => ({ n })", [1], { n: 1 }],
    ["function total(a, b) { return a + b }", [40, 2], 42],
    ["function (a) { return a }", [42], 42],
    ["function fact(n) { return n < 2 ? 1 : n * fact(n - 1) }", [5], 120],
    ["function () { return arguments.length }", [1, 2, 3], 3],
    ["function () { return new.target === undefined }", [], true],
    ["({ a, b: { c = 3 } = {} }, [d, ...e] = [4, 5]) => [a, c, d, e]", [{ a: 1 }], [1, 3, 4, [5]]],
    ["(a, b = a + 1, ...rest) => [a, b, rest]", [1, undefined, 3], [1, 2, [3]]],
    ["(n) => { class Tea { #n = n; get n() { return this.#n } static zero = new this(0) } return new Tea(n).n }", [7], 7],
    ["(n) => { const total = (k) => k === 0 ? 0 : k + total(k - 1); return total(n) }", [3], 6],
    ["(n) => { try { null.tea } catch (error) { return typeof error.message + n } }", [1], "string1"],
    ["(n) => { outer: for (const i of [1, 2, 3]) { if (i === n) break outer } return Math.max(n, 2) }", [1], 2],
    ["(text) => { const { length } = text; return { length, rate: 1 }.rate + length }", ["tea"], 4],
    ["() => typeof window + typeof Buffer", [], "undefinedfunction"],
    ["() => [typeof process.pid, typeof setTimeout, typeof structuredClone, typeof fetch, typeof URL]", [], ["number", "function", "function", "function", "function"]],
    ["(n) => n // and a comment", [1], 1],
    ["{ total(a) { return a + 1 } }.total", [1], 2],
    ["{ 'a key'(a) { return a } }['a key']", [1], 1],
    ["{ get(a) { return a } }.get", [1], 1],
    ["{ async(a) { return a } }.async", [1], 1],
    ["{ [`${'to'}tal]`](a) { return a } }['total]']", [1], 1],
  ]
  for (const [source, args, result] of shapes) {
    it(`is taken as it is: ${source}`, () => {
      const fn = written(source)
      assert.deepEqual(sent(fn)(...args), result)
      assert.equal(sent(fn).name, fn.name)
    })
  }

  it("may be async, a generator or both, as a function and as a method", async () => {
    assert.equal(await sent(written("async (n) => await n"))(1), 1)
    assert.equal(await sent(written("async function (n) { return await n }"))(1), 1)
    assert.equal(await sent(written("{ async m(n) { return await n } }.m"))(1), 1)
    for (const source of ["function* (n) { yield n; yield 2 }", "{ *m(n) { yield n; yield 2 } }.m", "{ *[Symbol.iterator](n) { yield n; yield 2 } }[Symbol.iterator]"]) {
      assert.deepEqual([...(sent(written(source))(1) as Iterable<number>)], [1, 2])
    }
    for (const source of ["async function* (n) { yield n; yield 2 }", "{ async *m(n) { yield n; yield 2 } }.m"]) {
      const items: number[] = []
      for await (const item of sent(written(source))(1) as AsyncIterable<number>) items.push(item)
      assert.deepEqual(items, [1, 2])
    }
  })

  it("keeps the mode, strict or sloppy, that it was written in", () => {
    const inner = "{ return (function () { return this === undefined })() }"
    assert.equal(sent(written(`function () ${inner}`))(), false)
    assert.equal(sent(written(`function () ${inner}`, "'use strict'"))(), true)
    assert.equal(describeFunction(() => 1, "toThread").strict, true) // this file is an ES module
  })

  it("is read once, and so is the next of the same text", () => {
    const make = (): Function => (n: number) => n + 1
    const [one, two] = [make(), make()]
    assert.notEqual(one, two)
    assert.equal(describeFunction(one, "toThread"), describeFunction(one, "toThread"))
    assert.equal(describeFunction(one, "toThread"), describeFunction(two, "submit"))
    assert.notEqual(describeFunction((n: number) => n + 2, "toThread").id, describeFunction(one, "toThread").id)
  })

  it("is not taken for one of the same text in another mode or of another name", () => {
    const source = "function total() { return this === undefined }"
    const sloppy = describeFunction(written(source), "toThread")
    const strict = describeFunction(written(source, "'use strict'"), "toThread")
    assert.notEqual(sloppy.id, strict.id)
    const a = (): number => 1
    const b = (): number => 1
    assert.notEqual(describeFunction(a, "toThread").id, describeFunction(b, "toThread").id)
  })

  it("knows the file that sends it", () => {
    assert.equal(describeFunction(() => "base", "toThread").base, import.meta.url)
  })

  it("stays whole under V8's coverage", () => {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-coverage-"))
    try {
      const file = pathToFileURL(join(import.meta.dirname, "../../../src/executors/function-job/")).href
      const program = `
        const { describeFunction } = await import("${file}describe-function.ts")
        const { compileFunction } = await import("${file}compile-function.ts")
        const rate = 2
        console.log(compileFunction(describeFunction((n) => n > 1 ? n * 2 : 0, "toThread"))(21))
        try { describeFunction((n) => [n > 1, n * rate, 'a literal that is longer than the message has room for'], "toThread") } catch ({ message }) { console.log(message) }`
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
        encoding: "utf8",
        env: { ...process.env, NODE_V8_COVERAGE: folder },
      })
      assert.match(stdout, /^42\ntoThread: this function captures 'rate' \(line 1: `n \* rate`\)/, stderr)
      assert.notEqual(readdirSync(folder).length, 0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe("a function that captures a variable", () => {
  it("is refused with the variable, its line and both ways out", () => {
    const total = written("function total(n) {\n  return n * rate\n}", "const rate = 2")
    assert.equal(
      refusal(total),
      "toThread: the function 'total' captures 'rate' (line 2: `n * rate`): a worker shares no variables with this thread." +
        ` Pass it as an argument, toThread((n, rate) => …, n, rate), or export 'total' from a module and send that: ${MODULE}.total(…)`,
    )
  })

  it("is refused at each attempt", () => {
    const fn = written("() => rate")
    assert.match(refusal(fn), /^toThread: this function captures 'rate'/)
    assert.match(refusal(fn, "pool.submit"), /^pool\.submit: this function captures 'rate'.* pool\.submit\(\(rate\) => …, rate\), or export the function .*\.work\(…\)$/)
  })

  const refused: [what: string, source: string, message: RegExp][] = [
    ["with all of them, three of them shown", "(a) => a + one + two + three + four", /captures 'one' \(.*?\), 'two' \(.*?\), 'three' \(.*?\) and 'four': .* toThread\(\(a, one, two, three, four\) => …, a, one, two, three, four\)/],
    ["with its rest parameter last", "async (a, { b }, ...c) => rate", /toThread\(async \(a, \{ … \}, rate, \.\.\.c\) => …, a, …, rate, \.\.\.c\)/],
    ["as a generator", "async function* (n) { yield rate }", /toThread\(async function\* \(n, rate\) \{ … \}, n, rate\)/],
    ["in a default", "(n = rate) => n", /captures 'rate'/],
    ["in a computed key", "() => ({ [rate]: 1 })", /captures 'rate' \(line 1: `rate`\)/],
    ["in the short form of a property", "() => ({ rate })", /captures 'rate'/],
    ["in a nested function", "(ns) => ns.map((n) => {\n  return n * rate })", /captures 'rate' \(line 2: `n \* rate`\)/],
    ["in a class", "() => class extends Tea { [key] = value }", /captures 'Tea' .*'key' .*and 'value'/],
    ["that a block declares only elsewhere", "() => { { const rate = 1 } return rate }", /captures 'rate'/],
    ["under typeof", "() => typeof rate", /captures 'rate'/],
    ["to write it", "(n) => { count += n }", /captures 'count' \(line 1: `count \+= n`\): .*Return what 'count' is to become, instead of writing to it, or export/],
    ["to write it by destructuring", "(n) => { [count] = n }", /Return what 'count' is to become/],
    ["to call it", "(n) => square(n)", /captures 'square' .* Define or import 'square' inside the function, since functions cannot be passed, or export/],
    ["to call it, beside another", "(n) => square(n) + rate", /Pass it as an argument, toThread\(\(n, rate\) => …, n, rate\); define or import 'square' inside/],
    ["in a method", "{ total(n) { return n * rate } }.total", /the function 'total' captures 'rate' \(line 1: `n \* rate`\)/],
    ["with its own name", "{ total(n) { return n && total(n - 1) } }.total", /captures 'total' .* Define or import/],
    ["named cov_…, which is no counter", "(n) => cov_matrix.s + cov_matrix[0]", /captures 'cov_matrix'/],
    ["that TypeScript has put in", "() => __awaiter(1)", /captures '__awaiter', which a compiler has put in \(.*Raise the compiler's target/],
    ["of the kind that TypeScript puts in", "(n) => _a + n", /captures '_a' /],
    ["of CommonJS", "() => require('fs').readFileSync('tea')", /captures 'require' .*Take built-in modules inside the function, process\.getBuiltinModule\("node:fs"\) or await import\("node:fs"\)/],
    ["of CommonJS for a path", "() => __dirname", /captures '__dirname' .*Pass __dirname as an argument/],
    ["that is this package", "async () => { await asyncio.sleep(1) }", /captures 'asyncio' .*\. Import it inside the function, const asyncio = await import\("asyncio-ts"\), or export/],
    ["that is a built-in module", "() => path.join('a')", /captures 'path' .*process\.getBuiltinModule\("node:path"\)/],
  ]
  for (const [what, source, message] of refused) it(`is refused ${what}`, () => assert.match(refusal(written(source)), message))

  it("is told how to call itself when it does so by the variable that holds it", () => {
    const fact = (n: number): number => (n < 2 ? 1 : n * fact(n - 1))
    assert.match(refusal(fact), /captures 'fact', by which it calls itself .*Give it that name itself, function fact\(…\) \{ … \}/)
  })

  it("is refused for what a program or test runner has put on globalThis", () => {
    Object.assign(globalThis, { teaOfTheTest: 1 })
    try {
      assert.match(refusal(written("() => teaOfTheTest")), /captures 'teaOfTheTest', which is in the globalThis of this thread only/)
    } finally {
      delete (globalThis as { teaOfTheTest?: number }).teaOfTheTest // added above
    }
  })
})

describe("a function that belongs to something else", () => {
  class Tea extends Object {
    #leaves = 1
    own(): number {
      return this.#leaves
    }
    self(): this {
      return this
    }
    override toString(): string {
      return super.toString()
    }
    arrow = (): this => this
    get cups(): number {
      return 1
    }
    #hidden(): number {
      return 1
    }
    hidden(): Function {
      return this.#hidden
    }
  }
  const tea = new Tea()
  const getter = Object.getOwnPropertyDescriptor(Tea.prototype, "cups")?.get

  const refused: [what: string, fn: unknown, message: RegExp][] = [
    ["a private name", tea.own, /the function 'own' uses the private name '#leaves', which belongs to its class: .*export 'own'/],
    ["'this' of an object", tea.self, /the function 'self' uses 'this' \(line \d: `this`\), and the object stays in this thread.*Pass what it needs.*toThread\(\(value\) => …, value\)/],
    ["'this' of the code around an arrow", tea.arrow, /the function 'arrow' uses 'this'/],
    ["'super'", tea.toString, /uses 'super' \(line \d: `super\.toString\(\)`\)/],
    ["'super' of the code around an arrow", written("{ m() { return () => super.m() } }.m()"), /uses 'super', which belongs to its class/],
    ["'new.target' of the code around an arrow", written("(function () { return () => new.target })()"), /uses 'new\.target', which belongs to the function around it/],
    ["'arguments' of the code around an arrow", written("(function () { return () => arguments[0] })()"), /uses the 'arguments' of the function around it \(line 1: `arguments\[0\]`\)/],
    ["import.meta", () => import.meta.url, /uses 'import\.meta', which belongs to its module/],
    ["a class", Tea, /'Tea' is a class, and a worker calls functions.*\.makeTea\(…\)/],
    ["a getter", getter, /the function 'get cups' is the getter or setter of a property/],
    ["a built-in function", Math.max, /the function 'max' has no source to send: it is built in/],
    ["a bound function", tea.self.bind(tea), /the function 'bound self' has no source to send: .*export 'self'/],
    ["a proxy", new Proxy(() => 1, {}), /has no source to send/],
    ["a coroutine function", asyncio.coroutine("brew", async () => 1), /the function 'brew' was made by coroutine\(…\), which hides the function.*toThread\(async \(…\) => …, …\).*export 'brew'/],
    ["no function", 5, /^toThread takes a function, such as toThread\(\(n\) => n \* 2, 21\), but 5 was given$/],
    ["nothing", undefined, /but undefined was given$/],
  ]
  // What a program without types may pass.
  for (const [what, fn, message] of refused) it(`is refused: ${what}`, () => assert.match(refusal(fn as Function), message))

  it("may have a 'this' and a 'super' of its own", () => {
    assert.equal(sent(written("() => { class A { n = 1; m() { return this.n } } class B extends A { m() { return super.m() + 1 } } return new B().m() }"))(), 2)
    assert.equal(sent(written("() => ({ n: 1, m() { return this.n } }).m()"))(), 1)
    assert.equal(sent(tea.hidden())(), 1)
    assert.match(refusal(written("() => class { [this.key] = 1 }")), /uses 'this'/)
  })
})

describe("what tools put into a function", () => {
  it("is not taken for a captured variable: esbuild's __name", () => {
    const around = "var __name = (fn, name) => Object.defineProperty(fn, 'name', { value: name }), __name2 = __name"
    const fn = written(`(n) => { const inner = /* @__PURE__ */ __name((k) => k + 1, "tea"); class K { static { __name2(this, "Kettle") } } return inner(n) + inner.name + K.name }`, around)
    assert.deepEqual(describeFunction(fn, "toThread").stubs, ["__name", "__name2"])
    assert.equal(sent(fn)(1), "2teaKettle")
  })

  it("is not taken for a captured variable: Istanbul's counters", () => {
    const source = `(n, m = (cov_1k2x().b[0][0]++, 1)) => { cov_1k2x().f[0]++; cov_1k2x().s[1]++; if (n > 1) { cov_1k2x().b[12][1]++; } else { cov_1k2x().b[1][1]++ } return cov_1k2x().bT[3][0]++, n * 2 + m }`
    const fn = written(source)
    assert.deepEqual(describeFunction(fn, "toThread").stubs, ["cov_1k2x"])
    assert.equal(sent(fn)(21), 43)
    assert.equal(sent(written("(n) => { cov_old.s[3]++; cov_old.b['4'][0]++; cov_old.f[1]++; return n }".replace("'4'", "4")))(5), 5)
    assert.match(refusal(written("(n) => { cov_1k2x().s[1]++; return n * rate }")), /captures 'rate'/)
  })

  it("is not taken for a captured variable: the dynamic import of Vite and Vitest", async () => {
    for (const name of ["__vi_dynamic_import__", "__vite_ssr_dynamic_import__"]) {
      const fn = written(`async () => (await ${name}("node:path")).basename("/a/tea")`)
      assert.deepEqual(describeFunction(fn, "toThread").stubs, [name])
      assert.equal(await sent(fn)(), "tea")
    }
  })

  const imports: [tool: string, source: string, message: RegExp][] = [
    ["Vitest", `() => (0,__vi_import_0__.brew)("tea")`, /captures the import 'brew' \(.*Import inside the function, const \{ brew \} = await import\(…\)/],
    ["Vite", `() => __vite_ssr_import_3__.brew("tea") + __vite_ssr_import_3__.pour()`, /captures the import 'brew' \(.* and the import 'pour'/],
    ["Vite, by default", `() => __vite_ssr_import_0__.default.join("x")`, /captures the default import of a module \(.*const \{ default: name \} = await import\(…\)/],
    ["Vite, of import.meta", `() => __vite_ssr_import_meta__.url`, /captures 'import\.meta' \(/],
    ["tsx", `() => (0,import_node_fs.readFileSync)("x")`, /captures the import 'readFileSync' \(.*process\.getBuiltinModule\("node:fs"\)/],
    ["tsx, by default", `() => import_node_path.default.join("x")`, /captures the import 'path' \(/],
    ["tsx, of the program", `() => (0,import_jobs.total)(1)`, /captures the import 'total' \(.*const \{ total \} = await import\(…\)/],
    ["TypeScript", `() => (0, node_fs_1.readFileSync)("x")`, /captures the import 'readFileSync' \(.*"node:fs"/],
    ["Babel", `() => (0, _nodeFs.readFileSync)("x")`, /captures the import 'readFileSync' \(.*"node:fs"/],
  ]
  for (const [tool, source, message] of imports) it(`is told as the import that it stands for: ${tool}`, () => assert.match(refusal(written(source)), message))
})

describe("without acorn or eslint-scope", () => {
  afterEach(() => useScopeTools(undefined))

  it("a function is sent unread, with what tools have put in bound all the same", () => {
    useScopeTools(null)
    assert.equal(sent(written(`(n) => { cov_9z().s[0]++; const f = __name(() => n, "f"); return f() + 1 /* unread */ }`))(1), 2)
    assert.throws(sent(written("() => rate /* unread */")), ReferenceError)
  })

  it("a function that V8 itself finds incomplete is refused all the same", () => {
    useScopeTools(null)
    assert.match(refusal(written("(function () { return () => [new.target, 1] })()")), /uses 'new\.target'/)
    assert.match(refusal(Math.min), /has no source to send/)
  })
})
