import { noSwallowedCancellation } from "#src/lint/no-swallowed-cancellation.ts"
import { tester, wrong } from "./linters.ts"

const US = `import * as asyncio from "asyncio-ts"\n`
const NAMED = `import { coroutine, sleep } from "asyncio-ts"\n`
const inMain = (line: string, before = US): string => `${before}const main = async () => {\n  ${line}\n}\nawait asyncio.run(main)`
const named = (line: string, names = "coroutine, sleep"): string => `import { ${names} } from "asyncio-ts"\nconst main = coroutine(async () => {\n  ${line}\n})`

tester().run("no-swallowed-cancellation", noSwallowedCancellation, {
  valid: [
    inMain("try { await asyncio.sleep(1) } catch (error) { log(error); throw error }"),
    inMain("try { await asyncio.sleep(1) } catch (error) { if (error instanceof asyncio.CancelledError) return; log(error) }"),
    inMain("try { await asyncio.sleep(1) } catch (error) { if (!(error instanceof asyncio.TimeoutError)) throw error }"),
    inMain(`try { await asyncio.sleep(1) } catch (error) { if (error.name === "CancelledError") stop() }`),
    inMain("try { await asyncio.sleep(1) } catch (error) { asyncio.currentTask().uncancel() }"),
    inMain("try { await asyncio.sleep(1) } catch (error) { assert.ok(error instanceof TypeError) }", `${US}import assert from "node:assert/strict"\n`),
    inMain("try { await asyncio.sleep(1) } catch { process.exit(1) }"),
    inMain("try { await asyncio.sleep(1) } catch { failed = true }\n  throw new Error('late')"),
    inMain("let failure\n  try { await asyncio.sleep(1) } catch (error) { failure = error }\n  await close()\n  if (failure) throw failure"),
    inMain("try { await asyncio.sleep(1) } finally { close() }"),
    // Nothing is awaited there.
    inMain("try { JSON.parse(text) } catch { return undefined }"),
    inMain("try { items.map(async () => { await asyncio.sleep(1) }) } catch {}"),
    // The cancellation that comes out is the one that was asked for.
    inMain("const task = asyncio.createTask(work)\n  task.cancel()\n  try { await task } catch {}"),
    inMain("this.#task?.cancel()\n  try { await this.#task } catch {}").replace("const main = async () => {", "class Poller { #task; async close() {").replace("}\nawait asyncio", "} }\nawait asyncio"),
    inMain("work.task!.cancel()\n  try { await work.task } catch {}"),
    // What is loaded hears of no cancellation.
    inMain("try { await import('acorn') } catch { return undefined }\n  await asyncio.sleep(1)"),
    // Not in a coroutine, and ordinary code.
    `${US}try { await asyncio.run(main) } catch (error) { console.error(error) }`,
    `${US}test("fails", async () => { try { await asyncio.run(main) } catch (error) { console.error(error) } })`,
    `async function load() { try { await fetch("/") } catch { return undefined } }`,
    // A handler that looks at the error may pass it on.
    inMain("await asyncio.sleep(1).catch((error) => handle(error))"),
    inMain("await asyncio.sleep(1).catch(handle)"),
    inMain("await asyncio.sleep(1).catch((error) => { throw new Error('late', { cause: error }) })"),
    inMain("await fetch('/').catch(() => undefined)"),
    `${US}asyncio.run(main).catch(() => process.exit(1))`,
  ],
  invalid: [
    wrong(inMain("try { await asyncio.sleep(1) } catch (error) { console.log(error) }"), "swallowed", {
      passOn: inMain("try { await asyncio.sleep(1) } catch (error) { if (error instanceof asyncio.CancelledError) throw error; console.log(error) }"),
    }),
    wrong(inMain("try {\n    await asyncio.sleep(1)\n  } catch (e) {\n    console.log(e)\n  }"), "swallowed", {
      passOn: inMain("try {\n    await asyncio.sleep(1)\n  } catch (e) {\n    if (e instanceof asyncio.CancelledError) throw e\n    console.log(e)\n  }"),
    }),
    wrong(inMain("try { await asyncio.sleep(1) } catch {}"), "swallowed", {
      passOn: inMain("try { await asyncio.sleep(1) } catch (error) { if (error instanceof asyncio.CancelledError) throw error }"),
    }),
    // What the block knows by that name stays what it is.
    wrong(inMain("let error\n  try { await asyncio.sleep(1) } catch { error = 1 }"), "swallowed", {
      passOn: inMain("let error\n  try { await asyncio.sleep(1) } catch (caught) { if (caught instanceof asyncio.CancelledError) throw caught; error = 1 }"),
    }),
    // Another one was cancelled, or later.
    wrong(inMain("other.task.cancel()\n  try { await asyncio.sleep(0); await work.task } catch (error) { log(error) }"), "swallowed", {
      passOn: inMain("other.task.cancel()\n  try { await asyncio.sleep(0); await work.task } catch (error) { if (error instanceof asyncio.CancelledError) throw error; log(error) }"),
    }),
    wrong(inMain("await asyncio.sleep(0)\n  try { await work.task } catch (error) { log(error) }\n  work.task.cancel()"), "swallowed", {
      passOn: inMain("await asyncio.sleep(0)\n  try { await work.task } catch (error) { if (error instanceof asyncio.CancelledError) throw error; log(error) }\n  work.task.cancel()"),
    }),
    wrong(inMain("for (;;) { try { for await (const line of reader) use(line) } catch { break } }"), "swallowed", {
      passOn: inMain("for (;;) { try { for await (const line of reader) use(line) } catch (error) { if (error instanceof asyncio.CancelledError) throw error; break } }"),
    }),
    // The class is imported with the others.
    wrong(named("try { await sleep(1) } catch (error) { log(error) }"), "swallowed", {
      passOn: named("try { await sleep(1) } catch (error) { if (error instanceof CancelledError) throw error; log(error) }", "coroutine, sleep, CancelledError"),
    }),
    wrong(inMain("try { await fetch('/') } catch ({ message }) { log(message) }"), "swallowed"),
    wrong(inMain("await asyncio.sleep(1).catch(() => undefined)"), "handler"),
    wrong(inMain("await asyncio.waitFor(work, 1).then(use, () => undefined)"), "handler"),
    wrong(`${NAMED}const brew = coroutine(async () => 1)\nconst main = coroutine(async () => { await brew().catch(() => 0) })`, "handler"),
    wrong(inMain("await asyncio.sleep(1).catch((error) => log(error))"), "handler", {}, { handlers: true }),
  ],
})
