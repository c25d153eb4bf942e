/** What a worker can do to the one who has it, and what can cross to it and back. */
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor, ProcessPoolExecutor, WorkerCrashError } from "asyncio-ts/executors"
import { disposing } from "../../support/disposing.ts"

// The types of Node have none.
type WithWasm = { readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object } }
type Pool = InterpreterPoolExecutor | ProcessPoolExecutor

for (const Kind of [InterpreterPoolExecutor, ProcessPoolExecutor]) {
  const noun = Kind === ProcessPoolExecutor ? "process" : "thread"

  describe(`a ${noun} of a pool`, () => {
    const pooled = (title: string, body: (pool: Pool) => Promise<void>): void => {
      test(title, { timeout: 60_000 }, () => asyncio.run(() => disposing(new Kind({ maxWorkers: 1, cancel: "terminate", grace: 0.02 }), body)))
    }

    // A timer that keeps nothing alive stands for all such: sockets kept for later, whose end must be seen.
    for (const [how, pause] of [["has nothing to do", 0.03], ["is never idle for long", 0]] as const) {
      pooled(`goes on with what a job has left behind while it ${how}`, async (pool) => {
        await pool.submit(() => {
          Object.assign(globalThis, { ticks: 0 })
          setInterval(() => (globalThis as unknown as { ticks: number }).ticks += 1, 2).unref()
        })
        const end = performance.now() + 20_000
        while ((await pool.submit(() => (globalThis as unknown as { ticks: number }).ticks)) < 3) {
          assert.ok(performance.now() < end, "it stood still for 20 s")
          if (pause > 0) await asyncio.sleep(pause)
        }
      })
    }

    pooled("harms nobody by what a job writes to its port or pipe itself", async (pool) => {
      await pool.submit(() => {
        process.send?.(null)
        process.getBuiltinModule("node:worker_threads").parentPort?.postMessage(null)
      })
      assert.equal(await pool.submit(() => 1), 1)
    })

    pooled("that gives what cannot be read, such as what is nested too deeply, fails its own job only", async (pool) => {
      const nested = (depth: number): object => {
        let value = {}
        for (let i = 0; i < depth; i += 1) value = { value }
        return value
      }
      const thrown = (depth: number): never => {
        let value = {}
        for (let i = 0; i < depth; i += 1) value = { value }
        throw Object.assign(new Error("deep"), { value })
      }
      let error: unknown
      // Somewhere between what can be read and what cannot even be written.
      for (let depth = 1000; error === undefined && depth < 1e6; depth = Math.ceil(depth * 1.1)) {
        await pool.submit(thrown, depth).catch((failure: unknown) => assert.ok((failure as Error).message === "deep" || failure instanceof WorkerCrashError, String(failure)))
        await pool.submit(nested, depth).catch((failure: unknown) => (error = failure))
      }
      assert.match((error as Error).message, /what it gave cannot be read: RangeError|^cannot give back the result of 'nested': it is nested too deeply/)
      assert.equal(await pool.submit(() => 1), 1)
    })

    pooled("is ended also where the reason has no text", async (pool) => {
      await pool.warm()
      const job = pool.submit(() => {
        for (;;);
      })
      await asyncio.sleep(0.02)
      job.cancel(Object.create(null))
      await assert.rejects(async () => await job, { name: "CancelledError" })
      assert.equal(await pool.submit(() => 1), 1)
    })

    pooled("gets no context variable whose value would arrive as an empty object", async (pool) => {
      const variable = new asyncio.ContextVar<unknown>("carried")
      variable.set(AbortSignal.abort())
      const message = `cannot send the context of 'function' to a ${noun}: context variable 'carried' is an AbortSignal, which cannot be cloned; inside the job, currentSignal() tells of its cancellation`
      assert.throws(() => pool.with({ context: [variable as never] }).submit(() => 1), { name: "TypeError", message })
      assert.equal(await pool.with({ context: true }).submit(() => 1), 1)
    })
  })
}

test("what a process would get as an empty object, or could not read, is refused at the call", { timeout: 60_000 }, () =>
  asyncio.run(() => disposing(new ProcessPoolExecutor({ maxWorkers: 1 }), async (pool) => {
    const refused = (what: string) => ({ name: "TypeError", message: new RegExp(`^cannot send the arguments of 'function' to a process: argument 1(\\.at)? is a ${what}, which cannot be cloned`) })
    const { WebAssembly } = globalThis as unknown as WithWasm
    const compiled = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
    for (const [value, what] of [[new URL("http://localhost/"), "URL"], [new Blob(["tea"]), "Blob"], [compiled, "WebAssembly\\.Module"]] as const) {
      assert.throws(() => pool.submit((at: unknown) => at, value), refused(what))
      assert.throws(() => pool.submit((at: unknown) => at, { at: value }), refused(what))
    }
    const given = await pool.submit(() => new (globalThis as unknown as WithWasm).WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))).catch((error: unknown) => error as Error)
    assert.match((given as Error).message, /^cannot give back the result of 'function': result is a WebAssembly\.Module/)
    const items = pool.stream(function* () {
      yield new URL("http://localhost/")
    })
    await assert.rejects(async () => await items.next(), { message: /^cannot give out an item of 'function': item is a URL/ })
  })),
)
