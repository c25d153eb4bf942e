import { noForgottenAwait } from "#src/lint/no-forgotten-await.ts"
import { right, tester, wrong } from "./linters.ts"

const US = `import * as asyncio from "asyncio-ts"\n`
const NAMED = `import { createTask, sleep, gather, Lock, Queue } from "asyncio-ts"\n`
const BREW = `${US}const brew = asyncio.coroutine("brew", async (kind: string) => kind)\n`
/** In the async function of a coroutine. */
const inMain = (line: string, before = US): string => `${before}const main = async () => {\n  ${line}\n}`

tester().run("no-forgotten-await", noForgottenAwait, {
  valid: [
    inMain("await asyncio.sleep(1)"),
    inMain("const task = asyncio.sleep(1); await task"),
    inMain("return asyncio.sleep(1)"),
    inMain("asyncio.createTask(asyncio.sleep(1))"),
    inMain("await asyncio.gather([asyncio.sleep(1), asyncio.sleep(2)])"),
    inMain("await Promise.all([asyncio.sleep(1)])"),
    inMain("await new asyncio.TaskGroup().run(async (group) => { group.createTask(asyncio.sleep(1)) })"),
    inMain(`await asyncio.gather(["a"].map((kind) => brew(kind)))`, BREW),
    inMain(`["a"].forEach((kind) => { asyncio.createTask(brew(kind)) })`, BREW),
    inMain("void asyncio.gather([asyncio.sleep(1)])"),
    right(inMain("void asyncio.sleep(1)"), { ignoreVoid: true }),
    `${US}asyncio.run(async () => 1).catch(console.error)`,
    `${US}await asyncio.run(async () => 1)`,
    // A host's callback has nothing to await with; both outcomes have somebody.
    inMain("asyncio.sleep(1).then(() => 1, () => 2)"),
    inMain("asyncio.shield(work()).catch(report)"),
    // Of other packages and of other kinds.
    `const sleep = async (ms: number) => ms\nsleep(1)`,
    `import { sleep } from "other"\nsleep(1)`,
    `import type { sleep } from "asyncio-ts"\nfetch("/")`,
    `import { setTimeout as sleep } from "node:timers/promises"\nasync function main() { sleep(1) }`,
    `${US}const lock = new asyncio.Lock()\nlock.release()`,
    `${US}function f(sleep: () => void) { sleep() }`,
    `${US}let lock = new asyncio.Lock()\nlock = other\nasync function f() { lock.acquire() }`,
    `${US}const queue = new asyncio.Queue<number>()\nqueue.putNowait(1)`,
    `${US}class Own { acquire() {} }\nnew Own().acquire()`,
    "fetch('/'); Promise.all([])",
  ],
  invalid: [
    wrong(inMain("asyncio.sleep(1)"), "coroutine", { addAwait: inMain("await asyncio.sleep(1)"), addTask: inMain("asyncio.createTask(asyncio.sleep(1))") }),
    wrong(inMain("sleep(1);", NAMED), "coroutine", { addAwait: inMain("await sleep(1);", NAMED), addTask: inMain("createTask(sleep(1));", NAMED) }),
    // `createTask` is imported with it.
    wrong(`import { sleep } from "asyncio-ts"\nasync function f() { sleep(1) }`, "coroutine", {
      addAwait: `import { sleep } from "asyncio-ts"\nasync function f() { await sleep(1) }`,
      addTask: `import { sleep, createTask } from "asyncio-ts"\nasync function f() { createTask(sleep(1)) }`,
    }),
    // Where no `await` may stand there is no such suggestion.
    wrong(`${US}function f() { asyncio.sleep(1) }`, "coroutine", { addTask: `${US}function f() { asyncio.createTask(asyncio.sleep(1)) }` }),
    wrong(`${US}asyncio.sleep(1)`, "coroutine", { addRun: `${US}await asyncio.run(asyncio.sleep(1))` }),
    wrong(`${BREW}async function f() { brew("chai") }`, "coroutine", {
      addAwait: `${BREW}async function f() { await brew("chai") }`,
      addTask: `${BREW}async function f() { asyncio.createTask(brew("chai")) }`,
    }),
    wrong(inMain("void asyncio.sleep(1)"), "coroutine", { addAwait: inMain("await asyncio.sleep(1)"), addTask: inMain("asyncio.createTask(asyncio.sleep(1))") }),
    wrong(inMain("ok && asyncio.sleep(1)"), "coroutine", { addAwait: inMain("ok && await asyncio.sleep(1)"), addTask: inMain("ok && asyncio.createTask(asyncio.sleep(1))") }),
    wrong(inMain("ok ? asyncio.sleep(1) : undefined"), "coroutine", {
      addAwait: inMain("ok ? await asyncio.sleep(1) : undefined"),
      addTask: inMain("ok ? asyncio.createTask(asyncio.sleep(1)) : undefined"),
    }),
    // Of an instance: of a constant, a field, a parameter, what an await gives, and a body's argument.
    wrong(`${NAMED}const lock = new Lock()\nasync function f() { lock.acquire() }`, "coroutine", {
      addAwait: `${NAMED}const lock = new Lock()\nasync function f() { await lock.acquire() }`,
      addTask: `${NAMED}const lock = new Lock()\nasync function f() { createTask(lock.acquire()) }`,
    }),
    wrong(`${NAMED}class Shop { readonly #orders = new Queue<string>(); async take() { this.#orders.get() } }`, "coroutine", {
      addAwait: `${NAMED}class Shop { readonly #orders = new Queue<string>(); async take() { await this.#orders.get() } }`,
      addTask: `${NAMED}class Shop { readonly #orders = new Queue<string>(); async take() { createTask(this.#orders.get()) } }`,
    }),
    wrong(`${US}async function f(orders: asyncio.Queue<string>) { orders.join() }`, "coroutine", {
      addAwait: `${US}async function f(orders: asyncio.Queue<string>) { await orders.join() }`,
      addTask: `${US}async function f(orders: asyncio.Queue<string>) { asyncio.createTask(orders.join()) }`,
    }),
    wrong(inMain("const [, writer] = await asyncio.openConnection('h', 1); writer.drain()"), "coroutine", {
      addAwait: inMain("const [, writer] = await asyncio.openConnection('h', 1); await writer.drain()"),
      addTask: inMain("const [, writer] = await asyncio.openConnection('h', 1); asyncio.createTask(writer.drain())"),
    }),
    wrong(inMain("await new asyncio.TaskGroup().run(async (group) => { group.start(work) })"), "coroutine", {
      addAwait: inMain("await new asyncio.TaskGroup().run(async (group) => { await group.start(work) })"),
      addTask: inMain("await new asyncio.TaskGroup().run(async (group) => { asyncio.createTask(group.start(work)) })"),
    }),
    wrong(`const asyncio = require("asyncio-ts")\nasync function f() { asyncio.sleep(1) }`, "coroutine", { addAwait: `const asyncio = require("asyncio-ts")\nasync function f() { await asyncio.sleep(1) }` }),
    wrong(`const { sleep: nap } = await import("asyncio-ts")\nasync function f() { nap(1) }`, "coroutine", { addAwait: `const { sleep: nap } = await import("asyncio-ts")\nasync function f() { await nap(1) }` }),
    wrong(`${US}import { retry } from "asyncio-ts/flow"\nasync function f() { retry(work) }`, "coroutine", {
      addAwait: `${US}import { retry } from "asyncio-ts/flow"\nasync function f() { await retry(work) }`,
      addTask: `${US}import { retry } from "asyncio-ts/flow"\nasync function f() { asyncio.createTask(retry(work)) }`,
    }),
    wrong(inMain("asyncio.gather([asyncio.sleep(1)])"), "future", { addAwait: inMain("await asyncio.gather([asyncio.sleep(1)])") }),
    wrong(inMain("asyncio.sleep(1).then(() => 1)"), "promise", { addAwait: inMain("await asyncio.sleep(1).then(() => 1)") }),
    wrong(`${US}asyncio.run(main)`, "promise", { addAwait: `${US}await asyncio.run(main)` }),
    wrong(`${US}function start() { asyncio.run(main) }`, "promise"),
    wrong(inMain(`["a"].forEach((kind) => brew(kind))`, BREW), "callback"),
    wrong(inMain(`["a"].forEach(brew)`, BREW), "callback"),
    wrong(inMain(`["a"].map((kind) => brew(kind))`, BREW), "callback"),
    wrong(inMain(`await ["a"].map((kind) => brew(kind))`, BREW), "array", { addGather: inMain(`await asyncio.gather(["a"].map((kind) => brew(kind)))`, BREW) }),
    wrong(inMain("await [sleep(1), sleep(2)]", NAMED), "array", { addGather: inMain("await gather([sleep(1), sleep(2)])", NAMED) }),
    wrong(inMain("asyncio.createTask(work)"), "task", { addAwait: inMain("await asyncio.createTask(work)") }, { tasks: true }),
  ],
})
