import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { pathToFileURL } from "node:url"
import { compileFunction, explainMissing } from "#src/executors/function-job/compile-function.ts"
import type { FunctionJob } from "#src/executors/function-job/function-job.ts"

let made = 0

/** Runs `body` with a folder that holds the module tea.mjs. */
async function besideTea(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "asyncio-ts-function-job-")))
  try {
    writeFileSync(join(folder, "tea.mjs"), "export const leaves = 42")
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function job(source: string, more: Partial<FunctionJob> = {}): FunctionJob {
  made += 1
  return { kind: "function", id: `test ${made}`, source, name: "total", strict: true, stubs: [], ...more }
}

/** Any function, called as a worker calls it. */
function compiled(source: string, more?: Partial<FunctionJob>): (...args: unknown[]) => unknown {
  return compileFunction(job(source, more)) as (...args: unknown[]) => unknown // the source says what it takes
}

describe("compileFunction", () => {
  it("gives the function, compiled once, under its own name", () => {
    const one = job("(n) => n * 2")
    const fn = compileFunction(one)
    assert.equal(fn(21), 42)
    assert.equal(fn.name, "total")
    assert.equal(compileFunction(structuredClone(one)), fn)
    assert.notEqual(compileFunction(job("(n) => n * 2")), fn)
  })

  it("gives 'this' to nobody, in strict mode and with imports too", () => {
    assert.equal(compiled("function () { return this }")(), undefined)
    assert.equal(compiled("function () { return this } // import")(), undefined)
    assert.equal(compiled("function () { return this === globalThis }", { strict: false })(), true)
    assert.equal(compiled("function () { return this === globalThis } // import", { strict: false })(), true)
  })

  it("leaves no variable of its own or of its file in reach", () => {
    for (const name of ["job", "source", "code", "filename", "compileFunction", "made"]) {
      assert.equal(compiled(`() => typeof ${name}`)(), "undefined")
      assert.equal(compiled(`() => typeof ${name} // import`)(), "undefined")
    }
  })

  it("names the file and the function in stack traces, with lines from the function's first", () => {
    const base = pathToFileURL(join(import.meta.dirname, "shop.ts")).href
    for (const comment of ["", "// import"]) {
      const fn = compiled(`(n) => { ${comment}\n  return n.tea.leaves }`, { base })
      assert.throws(fn.bind(null, {}), (error: Error) => error.stack?.includes(`${join(import.meta.dirname, "shop.ts")}#total:2:16`) === true)
    }
    const unnamed = compiled("() => { throw new Error('tea') }", { name: "" })
    assert.throws(unnamed, (error: Error) => error.stack?.includes(`${join(process.cwd(), "function")}#function:1:`) === true)
  })

  it("resolves relative imports from the file that sent it", async () => {
    await besideTea(async (folder) => {
      const base = pathToFileURL(join(folder, "shop with # and %.ts")).href
      for (const strict of [true, false]) {
        assert.equal(await compiled(`async () => (await import("./tea.mjs")).leaves`, { base, strict })(), 42)
      }
      await assert.rejects(async () => compiled(`() => import("./coffee.mjs")`, { base })(), { code: "ERR_MODULE_NOT_FOUND" })
    })
  })

  it("finds what Vitest has made of a relative import", async () => {
    await besideTea(async (folder) => {
      const stubs = ["__vite_ssr_dynamic_import__"]
      for (const [specifier, file] of [["/tea.mjs", "shop.ts"], ["/tea.mjs", "src/deep/shop.ts"], [`/@fs${join(folder, "tea.mjs")}`, "shop.ts"], [join(folder, "tea.mjs"), "shop.ts"]] as const) {
        const base = pathToFileURL(join(folder, file)).href
        assert.equal(await compiled(`async () => (await __vite_ssr_dynamic_import__(${JSON.stringify(specifier)})).leaves`, { base, stubs })(), 42)
      }
    })
  })

  it("writes no warning", () => {
    const url = new URL("../../../src/executors/function-job/compile-function.ts", import.meta.url)
    const program = `
      const { compileFunction } = await import("${url.href}")
      const job = { kind: "function", id: "1", source: "async () => (await import('node:path')).sep", name: "", strict: true, stubs: [] }
      console.log((await compileFunction(job)()).length)`
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })
    assert.equal(stdout, "1\n")
    // Of Node 22, about leaving types out.
    assert.equal(stderr.replaceAll(/^\(node:\d+\) ExperimentalWarning: Type Stripping.*\n\(Use `node --trace-warnings.*\n/gm, ""), "")
  })

  it("says which function, and which Node, when a source cannot be compiled", () => {
    assert.throws(() => compiled("(n) => n @ 2"), {
      name: "TypeError",
      message: /^the function 'total' cannot be compiled in this worker \(Node v\d+\.\d+\.\d+\): SyntaxError/,
    })
    assert.throws(() => compiled("5"), { name: "TypeError", message: /is no function/ })
  })
})

describe("explainMissing", () => {
  /** What the job fails with, where it ran unread. */
  function failure(source: string, more?: Partial<FunctionJob>): Error {
    const unread = job(source, more)
    try {
      compileFunction(unread)()
    } catch (error) {
      const explained = explainMissing(error, unread, "toThread")
      assert.ok(explained instanceof Error)
      if (explained !== error) assert.equal(explained.cause, error)
      return explained
    }
    assert.fail("it did not throw")
  }

  it("makes of a variable that is not there the error that names it, its line and the ways out", () => {
    const error = failure("() => {\n  return 2 * rate\n}")
    assert.ok(error instanceof TypeError)
    assert.equal(
      error.message,
      "toThread: the function 'total' captures 'rate' (line 2: `return 2 * rate`): a worker shares no variables with this thread." +
        " Pass it as an argument, toThread((…, rate) => …, …, rate), or export 'total' from a module and send that:" +
        ` pool.module<typeof import("./jobs.ts")>(new URL("./jobs.ts", import.meta.url)).total(…)`,
    )
  })

  it("tells the kinds apart as the check before does", () => {
    assert.match(failure("() => square(2)").message, /captures 'square' .* Define or import 'square' inside/)
    assert.match(failure(`() => (0,__vi_import_0__.brew)("tea")`).message, /captures the import 'brew' /)
    assert.match(failure(`() => path.join("tea")`).message, /process\.getBuiltinModule\("node:path"\)/)
    assert.match(failure("() => $rate + 1").message, /captures '\$rate' \(line 1: /)
  })

  it("leaves every other error as it is", () => {
    assert.equal(failure("() => { throw new RangeError('rate is not defined') }").message, "rate is not defined")
    assert.equal(failure("() => { rate; const rate = 1 }").message, "Cannot access 'rate' before initialization")
    assert.equal(failure("() => { throw new ReferenceError('( is not defined') }").message, "( is not defined")
    const elsewhere = new ReferenceError("rate is not defined") // made here, as by a module that the job has imported
    assert.equal(explainMissing(elsewhere, job("() => rate"), "toThread"), elsewhere)
    assert.equal(explainMissing("rate is not defined", job("() => rate"), "toThread"), "rate is not defined")
  })
})
