import { noForeignAwait } from "#src/lint/no-foreign-await.ts"
import { right, tester, wrong } from "./linters.ts"

const US = `import * as asyncio from "asyncio-ts"\n`
const HOST = `${US}import { once } from "node:events"\nimport { readFile } from "node:fs/promises"\nimport { setTimeout as pause } from "node:timers/promises"\n`
const inMain = (line: string, before = HOST): string => `${before}const main = async () => {\n  ${line}\n}\nawait asyncio.run(main)`

tester().run("no-foreign-await", noForeignAwait, {
  valid: [
    inMain("await asyncio.sleep(1)"),
    inMain("await asyncio.wrapFuture(fetch(url))"),
    inMain("await asyncio.settled(once(server, 'close'))"),
    // With a signal, or with options that may have one.
    inMain("await fetch(url, { signal })"),
    inMain("await fetch(url, { method: 'POST', signal: asyncio.currentTask()?.signal })"),
    inMain("await fetch(url, { ...options })"),
    inMain("await fetch(url, init)"),
    inMain("await fetch(url, opts)"),
    inMain("const how = { signal }\n  await fetch(url, how)"),
    inMain("await fetch(new Request(url, { signal }))"),
    inMain("await once(server, 'close', { signal })"),
    inMain("await pause(5, undefined, { signal })"),
    inMain("await readFile(path, { signal })"),
    // Ours, of the same names.
    inMain("await fetch(url)", `${US}import { fetch } from "asyncio-ts/http"\n`),
    // Not in a coroutine: at the top, in a test's set-up, in a listener.
    `${HOST}await once(server, "listening")`,
    `${HOST}test("serves", async () => { await once(server, "listening"); await asyncio.run(main) })`,
    inMain("server.on('request', async () => { await fetch(url) })"),
    // Ordinary code.
    "async function load() { return await fetch('/') }",
    `import { once } from "node:events"\nasync function f() { await once(server, "close"); await Promise.all([]) }`,
    right(inMain("await once(server, 'close')"), { allow: ["once"] }),
    right(inMain("await readFile(path)"), { allow: ["fs/promises"] }),
    right(inMain("await Promise.all(work)"), { allow: ["Promise.all"] }),
    inMain("await load()", `${US}import { load } from "./load.ts"\n`),
  ],
  invalid: [
    wrong(inMain("const page = await fetch(url)"), "foreign", {
      useWrap: inMain("const page = await asyncio.wrapFuture(fetch(url))"),
      useSignal: inMain("const page = await fetch(url, { signal: asyncio.currentTask()?.signal ?? null })"),
    }),
    wrong(inMain("const text = await (await fetch(url, { method: 'POST' })).text()"), "foreign", {
      useWrap: inMain("const text = await (await asyncio.wrapFuture(fetch(url, { method: 'POST' }))).text()"),
      useSignal: inMain("const text = await (await fetch(url, { signal: asyncio.currentTask()?.signal ?? null, method: 'POST' })).text()"),
    }),
    wrong(inMain("const how = { method: 'POST' }\n  await fetch(url, how)"), "foreign", { useWrap: inMain("const how = { method: 'POST' }\n  await asyncio.wrapFuture(fetch(url, how))") }),
    wrong(inMain("await pause(5, undefined)"), "foreign", { useWrap: inMain("await asyncio.wrapFuture(pause(5, undefined))") }),
    wrong(inMain("await fetch(url, {})"), "foreign", {
      useWrap: inMain("await asyncio.wrapFuture(fetch(url, {}))"),
      useSignal: inMain("await fetch(url, { signal: asyncio.currentTask()?.signal ?? null })"),
    }),
    wrong(inMain("await pause(1500)"), "foreign", { useSleep: inMain("await asyncio.sleep(1.5)") }),
    wrong(inMain("await pause(delay)"), "foreign", { useSleep: inMain("await asyncio.sleep(delay / 1000)") }),
    wrong(inMain("await pause(n * 2)"), "foreign", { useSleep: inMain("await asyncio.sleep((n * 2) / 1000)") }),
    wrong(inMain("await new Promise((resolve) => setTimeout(resolve, 500))"), "sleep", { useSleep: inMain("await asyncio.sleep(0.5)") }),
    wrong(inMain("await new Promise((resolve) => { setTimeout(resolve, 500) })"), "sleep", { useSleep: inMain("await asyncio.sleep(0.5)") }),
    wrong(inMain("await new Promise((resolve) => socket.end(resolve))"), "foreign", { useWrap: inMain("await asyncio.wrapFuture(new Promise((resolve) => socket.end(resolve)))") }),
    wrong(inMain("await once(server, 'listening')"), "foreign", { useWrap: inMain("await asyncio.wrapFuture(once(server, 'listening'))") }),
    wrong(inMain("await readFile(path, 'utf8')"), "foreign", { useWrap: inMain("await asyncio.wrapFuture(readFile(path, 'utf8'))") }),
    wrong(inMain("await fs.promises.readFile(path)", `${US}import fs from "node:fs"\n`), "foreign", { useWrap: inMain("await asyncio.wrapFuture(fs.promises.readFile(path))", `${US}import fs from "node:fs"\n`) }),
    wrong(inMain("await run('ls')", `${US}import { promisify } from "node:util"\nimport { exec } from "node:child_process"\nconst run = promisify(exec)\n`), "foreign", {
      useWrap: inMain("await asyncio.wrapFuture(run('ls'))", `${US}import { promisify } from "node:util"\nimport { exec } from "node:child_process"\nconst run = promisify(exec)\n`),
    }),
    wrong(inMain("await Promise.all([a(), b()])"), "foreign", { useGather: inMain("await asyncio.gather([a(), b()])") }),
    wrong(inMain("await Promise.allSettled(work)"), "foreign"),
    wrong(inMain("await Promise.race(work)"), "foreign"),
    wrong(inMain("await asyncio.gather(urls.map((url) => async () => { await Promise.race(work) }))"), "foreign"),
    wrong(inMain("urls.map(async (url) => { await Promise.any(work) })"), "foreign"),
    wrong(inMain("await axios.get(url)", `${US}import axios from "axios"\n`), "foreign", { useWrap: inMain("await asyncio.wrapFuture(axios.get(url))", `${US}import axios from "axios"\n`) }, { also: ["axios"] }),
  ],
})
