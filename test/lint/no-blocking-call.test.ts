import { noBlockingCall } from "#src/lint/no-blocking-call.ts"
import { right, tester, wrong } from "./linters.ts"

const US = `import * as asyncio from "asyncio-ts"\n`
const FS = `${US}import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"\n`
const HEAVY = `${US}import { execSync } from "node:child_process"\nimport crypto from "crypto"\nimport * as zlib from "node:zlib"\n`
const inMain = (line: string, before = FS): string => `${before}const main = asyncio.coroutine(async () => {\n  ${line}\n})`

tester().run("no-blocking-call", noBlockingCall, {
  valid: [
    inMain("await asyncio.files.readText(path)"),
    // Not in a coroutine: at the top, in a plain function, in a test's set-up.
    `${FS}const text = readFileSync("a", "utf8")`,
    `${FS}function load() { return readFileSync("a") }`,
    `${FS}test("reads", async () => { readFileSync("a"); await asyncio.run(main) })`,
    // Elsewhere: in a thread, in a callback that runs later.
    inMain(`await asyncio.toThread(() => readFileSync("a"))`),
    inMain(`await asyncio.sleep(1); socket.on("end", () => readFileSync("a"))`),
    // Quick ones.
    inMain("const id = crypto.randomBytes(8); closeSync(fd)", HEAVY),
    inMain("Atomics.notify(cells, 0)"),
    // Two that call each other, and that nobody hands to us.
    `${FS}async function a() { await b() }\nasync function b() { await a(); renameSync(a) }`,
    // Ordinary code.
    `import { readFileSync } from "node:fs"\nasync function load() { return readFileSync("a") }`,
    `${US}const readFileSync = () => 1\nasync function main() { readFileSync(); await asyncio.sleep(1) }`,
    `${US}import { readFileSync } from "./memory-fs.ts"\nasync function main() { readFileSync(); await asyncio.sleep(1) }`,
    right(inMain("existsSync(path)"), { allow: ["existsSync"] }),
    right(inMain("existsSync(path)"), { allow: ["fs.existsSync"] }),
  ],
  invalid: [
    wrong(inMain(`const text = readFileSync(path, "utf8")`), "blocking", { replace: inMain("const text = await asyncio.files.readText(path)") }),
    wrong(inMain(`const text = readFileSync(path, { encoding: "utf-8" }).trim()`), "blocking", { replace: inMain("const text = (await asyncio.files.readText(path)).trim()") }),
    wrong(inMain("const bytes = readFileSync(path)"), "blocking", { replace: inMain("const bytes = await asyncio.files.read(path)") }),
    wrong(inMain("writeFileSync(path, text)"), "blocking", { replace: inMain("await asyncio.files.write(path, text)") }),
    wrong(inMain("renameSync(a, b)"), "blocking", { replace: inMain("await asyncio.files.rename(a, b)") }),
    wrong(inMain("if (!existsSync(path)) return"), "blocking", { replace: inMain("if (!await asyncio.files.exists(path)) return") }),
    // With other arguments the other call would mean something else.
    wrong(inMain(`readFileSync(path, "latin1")`), "blocking"),
    wrong(inMain(`writeFileSync(path, text, { flag: "wx" })`), "blocking"),
    wrong(inMain("paths.map((path) => readFileSync(path))"), "blocking"),
    wrong(inMain(`fs.readFileSync(path)`, `${US}import fs from "fs"\n`), "blocking", { replace: inMain("await asyncio.files.read(path)", `${US}import fs from "fs"\n`) }),
    wrong(inMain(`execSync("sleep 1")`, HEAVY), "blocking"),
    wrong(inMain(`crypto.scryptSync(a, b, 32)`, HEAVY), "blocking"),
    wrong(inMain(`zlib.gzipSync(text)`, HEAVY), "blocking"),
    wrong(inMain("Atomics.wait(cells, 0, 0, 100)"), "blocking"),
    // Other coroutines: what is given to us by name, what awaits ours, what one of them calls, a method.
    wrong(`${FS}async function main() { renameSync(a) }\nawait asyncio.run(main)`, "blocking"),
    wrong(`${FS}async function main() { await asyncio.sleep(1); renameSync(a) }`, "blocking"),
    wrong(`${FS}async function save() { renameSync(a) }\nasync function main() { await asyncio.sleep(1); await save() }`, "blocking"),
    wrong(`${FS}class Shop {\n  async open() { await asyncio.sleep(1); await this.#load() }\n  async #load() { renameSync(a) }\n}`, "blocking"),
    // Two that call each other, whichever is looked at first.
    wrong(`${FS}async function a() { await b() }\nasync function b() { await a(); renameSync(a) }\nawait asyncio.run(a)`, "blocking"),
    wrong(`${FS}async function b() { await a() }\nasync function a() { renameSync(a); await b() }\nawait asyncio.run(a)`, "blocking"),
    wrong(`${FS}async function a() { existsSync; await b() }\nasync function b() { renameSync(b); await a() }\nawait asyncio.run(a)`, "blocking"),
    wrong(`${FS}await asyncio.gather(paths.map((path) => async () => renameSync(path)))`, "blocking"),
  ],
})
