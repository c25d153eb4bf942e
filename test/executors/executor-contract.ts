/** What every pool of this machine promises, whatever its workers are. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as asyncio from "asyncio-ts"
import { WorkerCrashError, type WorkerPoolOptions } from "#src/executors/index.ts"
import type { PoolExecutor } from "#src/executors/pool-executor.ts"
import * as jobs from "./programs/jobs.ts"

export interface Kind {
  /** Such as `thread`. */
  readonly noun: "thread" | "process"
  make(options?: WorkerPoolOptions): PoolExecutor
}

const JOBS = new URL("./programs/jobs.ts", import.meta.url)

/** Waits, in real time, until workers have done what is looked for. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 20_000
  while (!isSo()) {
    assert.ok(performance.now() < end, `in vain for 20 s: ${what}`)
    await delay(2)
  }
}

export function executorContract(name: string, { noun, make }: Kind): void {
  describe(name, () => {
    let folder: string
    let files = 0
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "asyncio-ts-executors-"))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))
    const file = (): string => join(folder, `${(files += 1)}`)
    const letGo = (path: string): void => writeFileSync(`${path}.go`, "")
    /** For a job that only has to take a moment. */
    const loose = (): string => {
      const path = file()
      setTimeout(() => letGo(path), 10)
      return path
    }
    const told = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "")
    const program = (text: string, extension = "mjs"): URL => {
      const path = `${file()}.${extension}`
      writeFileSync(path, text)
      return pathToFileURL(path)
    }

    /** A test whose body is the main task of a loop, with a pool of one worker that is ended afterwards. */
    const pooled = (title: string, body: (pool: PoolExecutor) => Promise<void>, options: WorkerPoolOptions = {}): void => {
      test(title, { timeout: 60_000 }, async () => {
        const pool = make({ maxWorkers: 1, ...options })
        const reports: asyncio.ExceptionContext[] = []
        try {
          await asyncio.run(async () => {
            asyncio.getRunningLoop().setExceptionHandler((_loop, context) => reports.push(context))
            await body(pool)
          })
          assert.deepEqual(reports, [])
        } finally {
          pool.killWorkers()
        }
        await until(() => pool.statistics().workers === 0, "the workers' end")
      })
    }
    const rejects = async (promise: PromiseLike<unknown>): Promise<Error> => {
      try {
        await promise
      } catch (error) {
        return error as Error
      }
      return assert.fail("nothing was thrown")
    }
    const crash = async (promise: PromiseLike<unknown>): Promise<string> => {
      const error = await rejects(promise)
      assert.ok(error instanceof WorkerCrashError, String(error))
      return error.message.replace(/(thread|process) \d+/, "$1 N")
    }

    describe("calls", () => {
      pooled("a function that captures nothing gets its arguments and gives its result", async (pool) => {
        assert.equal(await pool.submit((a: number, b: number) => a * b, 6, 7), 42)
        assert.equal(await pool.submit(async (a: string) => a + a, "x"), "xx")
        assert.equal(await pool.submit(() => undefined), undefined)
      })

      pooled("an error keeps class, message, code and cause", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        const error = (await rejects(cpu.fails("too far"))) as RangeError & { code: string }
        assert.ok(error instanceof RangeError)
        assert.deepEqual([error.message, error.code, (error.cause as Error).message], ["too far", "E_TEST", "below"])
        assert.match(error.stack ?? "", /jobs\.ts/)
        const own = await rejects(pool.with({ errors: [jobs.ShopError] }).module<typeof jobs>(JOBS).failsByOwnClass())
        assert.ok(own instanceof jobs.ShopError)
        assert.equal(own.shelf, 3)
        assert.ok(!((await rejects(cpu.failsByOwnClass())) instanceof jobs.ShopError))
      })

      pooled("what cannot be cloned is refused at the call, with its path, whether the job would wait or not", async (pool) => {
        const refused = { name: "TypeError", message: new RegExp(`^cannot send the arguments of 'function' to a ${noun}: argument 1\\.f\\[0\\] is a function, which cannot be cloned`) }
        assert.throws(() => pool.submit((x: object) => x, { f: [() => 1] }), refused)
        await pool.warm()
        assert.throws(() => pool.submit((x: object) => x, { f: [() => 1] }), refused)
        assert.equal(await pool.submit(() => 1), 1)
      })

      pooled("a result that cannot be cloned is an error of its own, and the worker goes on", async (pool) => {
        const error = await rejects(pool.submit(() => ({ at: () => 1 })))
        assert.match(error.message, /^cannot give back the result of 'function': result\.at is a function/)
        assert.equal(await pool.submit(() => 1), 1)
        assert.equal(pool.statistics().started, 1)
      })

      pooled("arguments arrive alike whether the job had to wait or not, and as they were at the call", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        const value = { n: 1 }
        const waiting = pool.submit((x: { n: number }) => x.n, value)
        value.n = 2
        assert.equal(await waiting, 1)
        const bytes = Buffer.from("tea")
        const direct = await cpu.kindOf(bytes)
        const both = await asyncio.gather([cpu.waits(loose()), cpu.kindOf(bytes)])
        assert.equal(both[1], direct)
      })

      pooled("a large argument that waits arrives whole, also in a part of its memory", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        const large = new Uint8Array(1 << 20).fill(1)
        const busy = asyncio.createTask(cpu.waits(loose()))
        const sum = pool.submit((whole: Uint8Array, part: { a: Uint8Array }) => whole.reduce((a, b) => a + b) + part.a.length, large, { a: large.subarray(5, 10) })
        assert.equal(await sum, (1 << 20) + 5)
        assert.equal(large.length, 1 << 20)
        await busy
      })

      pooled("a getter of an argument may use the pool", async (pool) => {
        await pool.warm()
        let inner: asyncio.Future<number> | undefined
        assert.throws(() => pool.submit((x: object) => x, { get a() { inner = pool.submit(() => 5); return 1 }, f: () => 1 }), TypeError)
        assert.equal(await asyncio.waitFor(inner as asyncio.Future<number>, 10), 5)
      })

      pooled("jobs begin in the order of their calls", async (pool) => {
        const path = file()
        const cpu = pool.module<typeof jobs>(JOBS)
        await asyncio.gather(Array.from("abcdefgh", (letter) => cpu.mark(path, letter)))
        assert.equal(told(path), "abcdefgh")
      })
    })

    describe("modules", () => {
      pooled("a module that is not there is refused at the call, a relative address too", async (pool) => {
        assert.throws(() => pool.module(new URL("./no-such.ts", import.meta.url)), { name: "FileNotFoundError", message: /no-such\.ts.*ENOENT/ })
        assert.throws(() => pool.module("./jobs.ts"), { name: "TypeError", message: /write new URL\("\.\/jobs\.ts", import\.meta\.url\)/ })
        assert.throws(() => pool.module(5 as never), TypeError)
        assert.match((await rejects(pool.module<{ f(): void }>("no-such-package-here").f())).message, /^cannot run 'f': loading no-such-package-here failed: .*Cannot find package .*import\.meta\.resolve\("no-such-package-here"\)/)
      })

      pooled("a TypeScript module is found by its own name and by that of what it is compiled to", async (pool) => {
        type F = { f(): string }
        const other = (url: URL, from: string, to: string): string => `${url.href.slice(0, -from.length)}${to}?v=1#x`
        const compiled = program("export const f = () => 'compiled'\n", "mjs")
        assert.equal(await pool.module<F>(other(compiled, "mjs", "mts")).f(), "compiled")
        const source = program("export const f = (): string => 'source'\n", "ts")
        assert.equal(await pool.module<F>(other(source, "ts", "js")).f(), "source")
        writeFileSync(fileURLToPath(source).replace(/ts$/, "js"), "export const f = () => 'both'\n")
        assert.equal(await pool.module<F>(source).f(), "source")
        assert.throws(() => pool.module<F>(other(compiled, "mjs", "ts")), { name: "FileNotFoundError", message: /\.ts: there is no such file/ })
      })

      pooled("a name that is no function says what there is", async (pool) => {
        const cpu = pool.module<typeof jobs & { tea(): void; hasOwnProperty(): void; notAFunction(): void }>(JOBS)
        assert.match((await rejects(cpu.tea())).message, /^cannot run 'tea' of .*jobs\.ts: it has no export 'tea'; it exports the functions .*add/)
        assert.match((await rejects(cpu.notAFunction())).message, /its 'notAFunction' is 42, no function/)
        assert.match((await rejects(cpu.hasOwnProperty())).message, /it has no export 'hasOwnProperty'/)
        const { message } = await rejects(pool.module<{ ShopError(text: string): void }>(JOBS).ShopError("tea"))
        assert.match(message, /its 'ShopError' is a class, and a worker calls functions: .*; it exports the functions (?!.*ShopError)/)
        assert.equal(await cpu.add(1, 2), 3)
      })

      pooled("a module that cannot be loaded says why and where, each time, and the worker goes on", async (pool) => {
        type F = { f(): void }
        const broken = program("export function f() { return 1 +* 2 }\n")
        assert.match((await rejects(pool.module<F>(broken).f())).message, new RegExp(`^cannot run 'f': loading .*\\.mjs failed: SyntaxError: .*\\(.*\\.mjs:1\\)`))
        const throwing = program("throw new RangeError('at the top')")
        for (let n = 0; n < 2; n += 1) {
          const error = await rejects(pool.module<F>(throwing).f())
          assert.match(error.message, /loading .* failed: RangeError: at the top/)
          assert.ok(error.cause instanceof RangeError)
        }
        const typed = program("enum Tea { Masala }\nexport function f() { return Tea.Masala }\n", "ts")
        assert.match((await rejects(pool.module<F>(typed).f())).message, /loading .*\.ts failed: .*enum/i)
        const missing = program("import './not-here.mjs'\nexport function f() {}\n")
        assert.match((await rejects(pool.module<F>(missing).f())).message, /Cannot find module .*not-here\.mjs/)
        assert.equal(await pool.submit(() => 1), 1)
        assert.equal(pool.statistics().started, 1)
      })

      pooled("a module that never finishes loading is left by a timeout, and the worker goes on", async (pool) => {
        const hanging = program("await new Promise(() => setInterval(() => {}, 1000))\nexport function f() {}\n")
        assert.equal((await rejects(asyncio.waitFor(pool.module<{ f(): void }>(hanging).f(), 0.3))).name, "TimeoutError")
        assert.equal(await pool.submit(() => 1), 1)
      })

      pooled("CommonJS modules, also what Node does not see of them, and relative imports work", async (pool) => {
        const common = program("const make = () => ({ tea: (n) => n + 1 })\nmodule.exports = make()\n", "cjs")
        assert.equal(await pool.module<{ tea(n: number): number }>(common).tea(1), 2)
        const lower = program("export const two = 2")
        const upper = program(`import { two } from "./${lower.pathname.split("/").at(-1)}"\nexport const f = () => two`)
        assert.equal(await pool.module<{ f(): number }>(upper).f(), 2)
        assert.equal(await pool.module<{ f(): number }>(upper.pathname).f(), 2)
      })

      pooled("the calls of a module can be printed, compared and awaited by mistake", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        assert.equal(String(cpu), `<calls of ${JOBS.href}>`)
        assert.equal(JSON.stringify({ cpu }), '{"cpu":{}}')
        assert.equal((await import("node:util")).inspect(cpu), `<calls of ${JOBS.href}>`)
        assert.equal(await (cpu as unknown as Promise<unknown>), cpu)
        assert.equal(cpu.add, cpu.add)
        assert.throws(() => { (cpu as { add: unknown }).add = 1 }, TypeError)
        assert.throws(() => cpu.with({ cancel: "no" as never }), TypeError)
      })

      test("a call of a module that is never awaited warns as any coroutine does", async () => {
        const pool = make({ maxWorkers: 1 })
        const warnings: string[] = []
        const listen = (warning: Error): void => void warnings.push(warning.message)
        process.on("warning", listen)
        await asyncio.run(async () => {
          void pool.module<typeof jobs>(JOBS).add(1, 2)
        })
        await delay(5)
        process.off("warning", listen)
        assert.match(warnings.join("\n"), /coroutine 'add' was never awaited/)
        assert.equal(pool.statistics().started, 0)
      })
    })

    describe("ends of workers", () => {
      pooled("a worker that leaves fails its own job only", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        const leaving = asyncio.createTask(cpu.leaves(3))
        const next = asyncio.createTask(cpu.add(1, 2))
        assert.equal(await crash(leaving), `${noun} N ended while it ran 'leaves': it left with exit code 3`)
        assert.equal(await next, 3)
        assert.deepEqual([pool.statistics().crashes, pool.statistics().done], [1, 1])
      })

      pooled("a job is run again when asked, with its arguments as they were", async (pool) => {
        const path = file()
        const value = { n: 1 }
        await pool.warm()
        const retried = asyncio.createTask(pool.with({ retries: 1 }).module<typeof jobs>(JOBS).leavesOnce(path, value))
        await until(() => pool.statistics().running.length === 1 || told(path) !== "", "its beginning")
        value.n = 2
        assert.deepEqual(await retried, [2, 1])
        assert.equal(await crash(pool.with({ retries: 1 }).module<typeof jobs>(JOBS).leaves(0)), `${noun} N ended while it ran 'leaves' (it was begun 2 times): it left with exit code 0`)
      })

      pooled("a generator whose items have come is not run again", async (pool) => {
        const path = file()
        const got: number[] = []
        const error = await rejects((async () => {
          for await (const n of pool.with({ retries: 3 }).module<typeof jobs>(JOBS).leavesAfter(path, 3)) got.push(n)
        })())
        assert.ok(error instanceof WorkerCrashError)
        assert.deepEqual([got, told(path)], [[0, 1, 2], "<"])
      })

      pooled("a worker that is out of memory fails its own job, and says so", async (pool) => {
        const message = await crash(pool.module<typeof jobs>(JOBS).fillsMemory())
        const how = noun === "thread" ? "it ran out of memory" : "it was ended by SIGABRT, as Node ends itself when it is out of memory"
        assert.equal(message, `${noun} N ended while it ran 'fillsMemory': ${how}; see the pool's memoryLimit`)
        assert.equal(await pool.submit(() => 1), 1)
      }, { memoryLimit: 40, execArgv: noun === "process" ? ["--no-node-snapshot"] : [] })

      pooled("what a job throws after its end is told, and the next one gets a new worker", async (pool) => {
        const warnings: string[] = []
        const listen = (warning: Error): void => void warnings.push(warning.message)
        process.on("warning", listen)
        await pool.module<typeof jobs>(JOBS).throwsLater()
        await until(() => pool.statistics().workers === 0, "the worker's end")
        assert.equal(await pool.submit(() => 1), 1)
        await until(() => warnings.length > 0, "the warning")
        process.off("warning", listen)
        const how = noun === "thread" ? "it threw TypeError outside the job: later" : "it left with exit code 1"
        assert.match(warnings[0] ?? "", new RegExp(`^${noun} \\d+ of pool '.*' ended while it had nothing to do: ${how}$`))
      })

      pooled("killWorkers fails what runs, cancels what waits, and takes no more", async (pool) => {
        const path = file()
        const running = asyncio.createTask(pool.with({ retries: 5 }).module<typeof jobs>(JOBS).waits(path))
        await until(() => told(path) === "<", "its beginning")
        const waiting = pool.submit(() => 1)
        pool.killWorkers()
        assert.equal(await crash(running), `a ${noun} ended while it ran 'waits' (it was begun once): the pool's workers were ended by killWorkers`)
        assert.ok((await rejects(waiting)) instanceof asyncio.CancelledError)
        assert.throws(() => pool.submit(() => 1), { name: "RuntimeError", message: /was shut down; make a new one/ })
      })
    })

    describe("settings", () => {
      pooled("workers are replaced after maxTasksPerChild jobs", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        const ids = [await cpu.whoAmI(), await cpu.whoAmI(), await cpu.whoAmI(), await cpu.whoAmI(), await cpu.whoAmI()]
        assert.deepEqual([ids[0] === ids[1], ids[1] === ids[2], ids[2] === ids[3], ids[3] === ids[4]], [true, false, true, false])
        assert.equal(pool.statistics().recycled, 2)
      }, { maxTasksPerChild: 2 })

      pooled("workers that are idle too long leave, down to minWorkers", async (pool) => {
        await asyncio.gather([pool.submit(() => 1), pool.submit(() => 1), pool.submit(() => 1)])
        assert.equal(pool.statistics().started, 3)
        await until(() => pool.statistics().workers === 1 && pool.statistics().idle === 1, "the others' end")
      }, { maxWorkers: 3, minWorkers: 1, idleTimeout: 0.02 })

      pooled("minWorkers are there before the first job, and come back when they die", async (pool) => {
        await until(() => pool.statistics().idle === 2, "the start")
        await crash(pool.submit(() => process.exit(1)))
        await until(() => pool.statistics().idle === 2, "the restart")
      }, { maxWorkers: 2, minWorkers: 2 })

      pooled("the initializer runs once in each worker, with its arguments as they were", async (pool) => {
        assert.deepEqual(await pool.submit(() => (globalThis as { list?: number[] }).list), [1, 2])
        assert.deepEqual(await pool.submit(() => (globalThis as { list?: number[] }).list), [1, 2])
      }, (() => {
        const numbers = [1, 2]
        const options = { initializer: (list: number[]) => void ((globalThis as { list?: number[] }).list = [...((globalThis as { list?: number[] }).list ?? []), ...list]), initargs: [numbers] }
        return options
      })())

      pooled("an initializer that throws fails those who wait, and warm", async (pool) => {
        const message = `cannot start a ${noun} of pool '${pool.statistics().name}' to run 'function': no tea`
        const [a, b] = await asyncio.gather([pool.submit(() => 1), pool.submit(() => 2)], { returnExceptions: true })
        for (const error of [a, b] as unknown as Error[]) {
          assert.deepEqual([error.name, error.message], ["RuntimeError", message])
          assert.ok(error.cause instanceof RangeError)
        }
        assert.match((await rejects(pool.warm())).message, /to warm it up: no tea/)
        assert.equal(pool.statistics().workers, 0)
      }, { initializer: () => { throw new RangeError("no tea") } })

      pooled("an initializer that leaves fails those who wait", async (pool) => {
        assert.match((await rejects(pool.submit(() => 1))).message, /to run 'function': it left with exit code 4/)
      }, { initializer: () => process.exit(4) })

      pooled("an initializer that hangs holds nobody who gives up, nor a shutdown", async (pool) => {
        assert.equal((await rejects(asyncio.waitFor(pool.submit(() => 1), 0.05))).name, "TimeoutError")
        assert.equal((await rejects(asyncio.waitFor(pool.warm(), 0.05))).name, "TimeoutError")
        await pool.shutdown()
        assert.equal(pool.statistics().workers, 0)
      }, { initializer: () => new Promise(() => undefined) })

      pooled("the environment is the one that was given", async (pool) => {
        assert.deepEqual(await pool.submit(() => [process.env["TEA"], process.env["HOME"]]), ["chai", undefined])
      }, { env: { TEA: "chai", PATH: process.env["PATH"] } })

      pooled("options that Node does not know fail those who wait", async (pool) => {
        const error = await rejects(pool.submit(() => 1))
        assert.equal(error.name, "RuntimeError")
        assert.match(error.message, noun === "thread" ? /invalid execArgv flags: --no-such-option/ : /exit code 9, as Node does when it does not know an option \(execArgv\)/)
        await rejects(pool.warm())
      }, { execArgv: ["--no-such-option"] })

      pooled("options that Node knows are its workers'", async (pool) => {
        assert.ok((await pool.submit(() => process.execArgv)).includes("--no-warnings"))
      }, { execArgv: ["--no-warnings"] })

      test("bad settings are refused, each by its name", () => {
        const refused: [object, RegExp][] = [
          [{ maxWorkers: 0 }, /maxWorkers/], [{ maxWorkers: 1.5 }, /maxWorkers/], [{ maxWorkers: 1, minWorkers: 2 }, /minWorkers is 2, more than maxWorkers, 1/],
          [{ idleTimeout: NaN }, /idleTimeout/], [{ maxTasksPerChild: 0 }, /maxTasksPerChild/], [{ memoryLimit: -1 }, /memoryLimit/],
          [{ memoryLimit: Infinity }, /memoryLimit/], [{ memoryLimit: "64" }, /memoryLimit/], [{ cancel: "kill" }, /cancel/], [{ grace: "1" }, /grace/],
          [{ execArgv: "--x" }, /execArgv/], [{ execArgv: [1] }, /execArgv/], [{ env: 5 }, /env/], [{ initializer: 5 }, /initializer/],
          [{ initializer: () => 1, initargs: [() => 1] }, /cannot send initargs to a (thread|process): argument 1 is a function/],
          [{ initializer: () => 1, initargs: 5 }, /initargs/], [{ name: 5 }, /name/],
        ]
        for (const [options, message] of refused) assert.throws(() => make(options), { message }, JSON.stringify(options))
        const pool = make()
        const jobOptions: [object, RegExp][] = [
          [{ cancel: "no" }, /cancel/], [{ grace: NaN }, /grace/], [{ retries: -1 }, /retries/], [{ onProgress: 5 }, /onProgress/], [{ context: 5 }, /context/],
          [{ context: ["user"] }, /context is .* but "user" was given/], [{ errors: [5] }, /errors/], [{ name: 5 }, /name/],
        ]
        for (const [options, message] of jobOptions) assert.throws(() => pool.with(options), { message }, JSON.stringify(options))
        assert.throws(() => pool.warm(-1), RangeError)
        assert.throws(() => pool.submit(5 as never), TypeError)
      })
    })

    describe("context and progress", () => {
      const other = new asyncio.ContextVar<unknown>("other")

      pooled("context variables travel when asked: all that can, or those that are listed", async (pool) => {
        jobs.request.set({ id: 7 })
        other.set(() => 1)
        const see = (context?: boolean | asyncio.ContextVar<unknown>[]): PromiseLike<unknown> => pool.with({ context }).module<typeof jobs>(JOBS).seesContext()
        assert.equal(await see(), "none")
        assert.equal(await see(false), "none")
        assert.deepEqual(await see(true), { id: 7 })
        assert.deepEqual(await see([jobs.request]), { id: 7 })
        assert.equal(await see(), "none")
        const refused = await rejects(see([other]))
        assert.equal(refused.name, "TypeError")
        assert.match(refused.message, new RegExp(`^cannot send the context of 'seesContext' to a ${noun}: context variable 'other' is a function`))
        assert.equal(await pool.submit(() => 1), 1)
      })

      pooled("a context variable arrives as it was at the call", async (pool) => {
        const value = { id: 1 }
        jobs.request.set(value)
        const seen = asyncio.createTask(pool.with({ context: true }).module<typeof jobs>(JOBS).seesContext(), { eagerStart: true })
        value.id = 2
        assert.deepEqual(await seen, { id: 1 })
      })

      pooled("progress is the latest, seldom, and always the last", async (pool) => {
        const heard: { n: number }[] = []
        const cpu = pool.with({ onProgress: (value) => heard.push(value as { n: number }) }).module<typeof jobs>(JOBS)
        assert.equal(await cpu.reports(20_000), 20_000)
        assert.equal(heard[0]?.n, 1)
        assert.equal(heard.at(-1)?.n, 20_000)
        assert.ok(heard.length < 1000, `${heard.length} were told`)
        assert.deepEqual(heard.map(({ n }) => n), heard.map(({ n }) => n).sort((a, b) => a - b))
      })

      pooled("progress is a copy of its moment", async (pool) => {
        const heard: unknown[] = []
        await pool.with({ onProgress: (value) => heard.push(value) }).module<typeof jobs>(JOBS).reportsAndChanges()
        assert.deepEqual(heard, [{ n: 1 }, { n: 2 }])
      })

      pooled("progress that cannot be cloned is refused where it is reported", async (pool) => {
        const error = await rejects(pool.with({ onProgress: () => undefined }).module<typeof jobs>(JOBS).reportsBadly())
        assert.match(error.message, /^cannot report the progress of 'reportsBadly': progress\.at\[0\] is a function/)
        assert.equal(pool.statistics().crashes, 0)
      })

      test("an onProgress that throws is reported, and the job goes on", async () => {
        const reports: string[] = []
        const pool = make({ maxWorkers: 1 })
        await asyncio.run(async () => {
          asyncio.getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message))
          assert.equal(await pool.with({ onProgress: () => { throw new Error("no") } }).module<typeof jobs>(JOBS).reports(1), 1)
          await pool.shutdown()
        })
        assert.deepEqual(reports, ["Exception in onProgress of 'reports'"])
      })
    })

    describe("streams", () => {
      pooled("all items come in order, then the end", async (pool) => {
        const cpu = pool.module<typeof jobs>(JOBS)
        const got: number[] = []
        for await (const n of cpu.counts(100)) got.push(n)
        assert.deepEqual(got, Array.from({ length: 100 }, (_, n) => n))
        const two: number[] = []
        for await (const n of cpu.promises()) two.push(n)
        assert.deepEqual(two, [1, 2])
        assert.equal(pool.statistics().done, 2)
      })

      pooled("the generator is never more than 16 items ahead, and is closed when its loop is left", async (pool) => {
        const path = file()
        const stream = pool.with({ cancel: "terminate", grace: 5 }).module<typeof jobs>(JOBS).counts(1000, path)[Symbol.asyncIterator]()
        assert.deepEqual(await stream.next(), { done: false, value: 0 })
        await until(() => told(path).length >= 15, "the items ahead")
        await pool.submit(() => 1).cancel()
        await asyncio.sleep(0.03)
        assert.ok(told(path).length <= 16, told(path))
        await stream.return?.()
        assert.match(told(path), /^i{15,16}>$/)
        assert.deepEqual(await stream.next(), { done: true, value: undefined })
      })

      pooled("a stream that is left while it waits for a worker just ends", async (pool) => {
        const path = file()
        const busy = asyncio.createTask(pool.module<typeof jobs>(JOBS).waits(path))
        await until(() => told(path) === "<", "its beginning")
        const stream = pool.stream(function* () { yield 1 })
        assert.equal((await rejects(asyncio.waitFor(stream.next(), 0.01))).name, "TimeoutError")
        assert.equal(pool.statistics().queued, 1)
        await stream.return()
        assert.deepEqual([pool.statistics().queued, await stream.next()], [0, { done: true, value: undefined }])
        letGo(path)
        await busy
      })

      pooled("what is no generator is refused as a stream, and a generator as a call", async (pool) => {
        assert.match((await rejects(pool.stream(() => 5).next())).message, /gives 5 and no items/)
        assert.match((await rejects(pool.submit(function* () { yield 1 }))).message, /gives a generator: take its items/)
      })
    })

    describe("shutdown", () => {
      pooled("it waits for what runs and what waits, takes no more, and leaves no worker", async (pool) => {
        const done: number[] = []
        for (let n = 0; n < 3; n += 1) pool.submit((k: number) => k, n).addDoneCallback((future) => done.push(future.result()))
        await pool.shutdown()
        await asyncio.sleep(0)
        assert.deepEqual([done, pool.statistics().workers], [[0, 1, 2], 0])
        assert.throws(() => pool.submit(() => 1), /was shut down/)
        assert.match((await rejects(pool.warm())).message, /was shut down/)
        await pool.shutdown()
      })

      pooled("cancelFutures cancels what has not begun", async (pool) => {
        const path = file()
        const running = asyncio.createTask(pool.module<typeof jobs>(JOBS).waits(path))
        await until(() => told(path) === "<", "its beginning")
        const waiting = [1, 2, 3].map((n) => pool.submit((k: number) => k, n))
        const all = asyncio.gather(waiting)
        const shutdown = asyncio.createTask(pool.shutdown({ cancelFutures: true }))
        assert.ok((await rejects(all)) instanceof asyncio.CancelledError)
        assert.equal(shutdown.done(), false)
        letGo(path)
        await shutdown
        assert.deepEqual(waiting.map((future) => future.cancelled()), [true, true, true])
        assert.equal(await running, "waited")
        assert.equal(pool.statistics().cancelled, 3)
      })

      pooled("without wait it returns at once, and the jobs go on", async (pool) => {
        const job = pool.submit(() => 1)
        await pool.shutdown({ wait: false })
        assert.equal(job.done(), false)
        assert.equal(await job, 1)
      })

      pooled("done callbacks and progress callbacks may submit, cancel and shut down", async (pool) => {
        const more: asyncio.Future<number>[] = []
        const first = pool.submit(() => 1)
        const second = pool.submit(() => 2)
        first.addDoneCallback(() => {
          second.cancel()
          more.push(pool.submit(() => 3))
          void asyncio.createTask(pool.shutdown())
        })
        assert.equal(await first, 1)
        await asyncio.sleep(0)
        assert.equal(await more[0], 3)
        assert.ok(second.done())
        const other = make({ maxWorkers: 1 })
        const told = asyncio.createTask(other.with({ onProgress: () => other.killWorkers() }).module<typeof jobs>(JOBS).reportsAndChanges())
        assert.equal(await crash(told), `${noun} N ended while it ran 'reportsAndChanges': the pool's workers were ended by killWorkers`)
      })

      test("a loop that is closed while a task waits for a job lets go of the job", { timeout: 60_000 }, async () => {
        const path = file()
        const pool = make({ maxWorkers: 1, cancel: "terminate" })
        const loop = new asyncio.EventLoop()
        const reports: string[] = []
        loop.setExceptionHandler((_loop, { message }) => reports.push(message))
        await loop.runUntilComplete(async () => {
          asyncio.createTask(pool.module<typeof jobs>(JOBS).computes(path))
          await until(() => told(path) === "<", "its beginning")
        })
        loop.close()
        assert.deepEqual(reports, ["Task was destroyed but it is pending!"])
        await until(() => pool.statistics().workers === 0, "the worker's end")
        await asyncio.run(() => pool.shutdown())
      })

      test("one pool serves several loops, also those that run after each other", async () => {
        const pool = make({ maxWorkers: 1 })
        for (let n = 0; n < 2; n += 1) assert.equal(await asyncio.run(async () => pool.submit((k: number) => k, n)), n)
        const both = await Promise.all([1, 2].map((n) => asyncio.run(async () => pool.submit((k: number) => k, n))))
        assert.deepEqual(both, [1, 2])
        await asyncio.run(() => pool.shutdown())
        assert.equal(pool.statistics().workers, 0)
      })
    })
  })
}
