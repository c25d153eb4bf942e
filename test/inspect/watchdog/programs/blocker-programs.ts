/**
 * Programs that block, made at random. The line that blocks is known since the program is written
 * here: what blocks carries a mark, which is taken off before the program is stored.
 */
import type { Random } from "../../../support/random.ts"

export const KINDS = ["loop", "json", "regex", "file", "crypto", "sort", "recursion", "other"] as const
export type Kind = (typeof KINDS)[number]

/** A program, and what has to be found in it. */
export interface BlockerProgram {
  readonly kind: Kind
  readonly source: string
  /** Any of these: a loop of several lines may be at each. */
  readonly lines: readonly number[]
  /** What the line calls, if it calls one thing. */
  readonly call: string | undefined
  /** The function in which that is, or those. */
  readonly functions: readonly string[]
  /** The task, if it runs in one. */
  readonly task: string | undefined
}

interface Blocker {
  /** What is imported. */
  readonly imports?: string
  /** Statements that make what is needed in `data`, before. */
  readonly prepare?: string
  /** Statements; the lines that block carry the mark. */
  readonly body: readonly string[]
  readonly call?: string
  /** A function of its own, in which the time passes. */
  readonly within?: string
  /** And the function around that. */
  readonly also?: true
}

const MILLISECONDS = 260
const MARK = "/*!*/"
const until = (): string => "performance.now() < end"

const BLOCKERS: Readonly<Record<Kind, readonly Blocker[]>> = {
  loop: [
    { body: ["const end: number = performance.now() + MILLIS", `while (${until()});${MARK}`] },
    { body: ["let sum = 0", "for (let i = 0; i < 4e8 * scale; i += 1) {" + MARK, `sum += i % 7${MARK}`, "}", "result = sum"] },
    { body: ["const end = performance.now() + MILLIS", "let steps: number = 0", `do {${MARK}`, `steps += Math.sqrt(steps + 1)${MARK}`, `} while (${until()})${MARK}`, "result = steps"] },
    { body: ["const grid: number[][] = [[0]]", "for (let x = 0; x < 20000 * scale; x += 1) {" + MARK, "for (let y = 0; y < 20000; y += 1) {" + MARK, `grid[0]![0]! += x ^ y${MARK}`, "}", "}"] },
    { body: ["let text = ''", "const end = performance.now() + MILLIS", `for (; ${until()}; ) text = text.length > 1000 ? '' : text + 'x'${MARK}`, "result = text"] },
  ],
  json: [
    { prepare: "data.text = jsonText(900_000 * scale)", body: [`result = JSON.parse(data.text)${MARK}`], call: "JSON.parse" },
    { prepare: "data.text = jsonText(900_000 * scale)", body: ["const value: unknown =", `JSON.parse(data.text)${MARK}`, "result = value"], call: "JSON.parse" },
    { prepare: "data.text = jsonText(150_000 * scale)", body: [`result = JSON.parse(data.text, (_key: string, value: unknown) => value)${MARK}`], call: "JSON.parse" },
    { prepare: "data.items = items(2_000_000 * scale)", body: [`result = JSON.stringify(data.items)${MARK}`], call: "JSON.stringify" },
    { prepare: "data.items = items(600_000 * scale)", body: [`result = JSON.stringify({ kind: 'shop', all: data.items }, null, 2)${MARK}`], call: "JSON.stringify" },
  ],
  regex: [
    { body: [`result = /^(a+)+$/.test('a'.repeat(24 + Math.log2(scale)) + 'b')${MARK}`], call: "RegExp.test" },
    { prepare: "data.text = 'x'.repeat(30 + Math.log2(scale)) + '!'", body: ["const pattern: RegExp = /^(x|xx)+$/", `result = pattern.exec(data.text)${MARK}`], call: "RegExp.exec" },
    { prepare: "data.text = ' '.repeat(30_000 * scale) + 'x'", body: [`result = data.text.replace(/\\s+$/, '')${MARK}`], call: "String.replace" },
    { prepare: "data.text = '1'.repeat(24 + Math.log2(scale)) + 'z'", body: [`result = data.text.match(/^(\\d+)*$/)${MARK}`], call: "String.match" },
  ],
  file: [
    { imports: "import { readFileSync } from 'node:fs'", prepare: "data.path = files.large(scale)", body: [`result = readFileSync(data.path, 'utf8').length${MARK}`], call: "fs.readFileSync" },
    { imports: "import fs from 'node:fs'", prepare: "data.path = files.fifo(MILLIS)", body: [`result = fs.readFileSync(data.path, 'utf8')${MARK}`], call: "fs.readFileSync" },
    { imports: "import * as fs from 'node:fs'", prepare: "data.path = files.fifo(MILLIS)", body: ["const path: string = data.path", `const content = fs.readFileSync(path)${MARK}`, "result = content.length"], call: "fs.readFileSync" },
    { imports: "import { createRequire } from 'node:module'\nconst { readFileSync } = createRequire(import.meta.url)('node:fs') as typeof import('node:fs')", body: ["const end = performance.now() + MILLIS", `while (${until()}) readFileSync(files.small)${MARK}`], call: "fs.readFileSync" },
    { imports: "import { openSync, closeSync } from 'node:fs'", prepare: "data.path = files.late(MILLIS)", body: [`const opened = openSync(data.path, 'r')${MARK}`, "closeSync(opened)"], call: "fs.openSync" },
  ],
  crypto: [
    { imports: "import { pbkdf2Sync } from 'node:crypto'", body: [`result = pbkdf2Sync('secret', 'salt', 700_000 * scale, 64, 'sha512')${MARK}`], call: "crypto.pbkdf2Sync" },
    { imports: "import crypto from 'node:crypto'", body: ["result = crypto", `.scryptSync('secret', 'salt', 64, { N: 131072 * scale, maxmem: 2 ** 31 })${MARK}`], call: "crypto.scryptSync" },
    { imports: "import * as crypto from 'node:crypto'", prepare: "data.bytes = Buffer.alloc(200_000_000 * scale)", body: ["const hash = crypto.createHash('sha512')", `hash.update(data.bytes)${MARK}`, "result = hash.digest('hex')"], call: "Hash.update" },
    { imports: "import { createHash } from 'node:crypto'", body: ["let value: string = 'tea'", `for (let i = 0; i < 400_000 * scale; i += 1) value = createHash('sha256').update(value).digest('hex')${MARK}`, "result = value"] },
  ],
  sort: [
    { prepare: "data.numbers = numbers(900_000 * scale)", body: ["result = data.numbers.sort(" + MARK, "(a: number, b: number) =>", "a - b,", ")"], call: "Array.sort" },
    { prepare: "data.numbers = numbers(900_000 * scale)", body: [`result = data.numbers.toSorted((a, b) => b - a)${MARK}`], call: "Array.toSorted" },
    { prepare: "data.words = words(600_000 * scale)", body: [`result = data.words.sort()${MARK}`], call: "Array.sort" },
    { prepare: "data.words = words(150_000 * scale)", body: ["const order = (a: string, b: string): number => a.localeCompare(b)", `data.words.sort(order)${MARK}`], call: "Array.sort" },
    { prepare: "data.numbers = numbers(3_000_000 * scale)", body: [`result = Float64Array.from(data.numbers).sort((a, b) => a - b)${MARK}`] },
  ],
  recursion: [
    { body: ["const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))" + MARK, "result = fib(36 + Math.log2(scale))"], within: "fib" },
    { body: ["function ways(left: number): number {" + MARK, `if (left <= 0) return left === 0 ? 1 : 0${MARK}`, `return ways(left - 1) + ways(left - 2) + ways(left - 3)${MARK}`, "}", "result = ways(27 + scale)"], within: "ways" },
    { body: ["const deep = (depth: number): number => depth === 0 ? 0 : 1 + deep(depth - 1)" + MARK, "const end = performance.now() + MILLIS", `while (${until()}) deep(3000)${MARK}`], within: "deep", also: true },
    { body: ["function move(discs: number, from: string, to: string, over: string): number {" + MARK, `if (discs === 0) return 0${MARK}`, `return move(discs - 1, from, over, to) + 1 + move(discs - 1, over, to, from)${MARK}`, "}", "result = move(24 + Math.log2(scale), 'a', 'b', 'c')"], within: "move" },
  ],
  other: [
    { imports: "import { execSync } from 'node:child_process'", body: [`execSync('sleep SECONDS')${MARK}`], call: "child_process.execSync" },
    { imports: "import * as processes from 'node:child_process'", body: [`result = processes.spawnSync('sleep', ['SECONDS'])${MARK}`], call: "child_process.spawnSync" },
    { body: [`Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MILLIS)${MARK}`], call: "Atomics.wait" },
    { imports: "import zlib from 'node:zlib'", prepare: "data.bytes = Buffer.from(jsonText(1_500_000 * scale))", body: [`result = zlib.gzipSync(data.bytes)${MARK}`], call: "zlib.gzipSync" },
    { prepare: "data.items = items(700_000 * scale)", body: [`result = structuredClone(data.items)${MARK}`], call: "structuredClone" },
  ],
}

/** Where the blocking statements stand; `BODY` is replaced by them, `began()` tells when they begin. */
const PLACES: readonly { readonly lines: readonly string[]; readonly function: string; readonly task?: string }[] = [
  { lines: ["function NAME(): void {", "BODY", "}", "export function start(): void {", "setTimeout(NAME, 5)", "}"], function: "NAME" },
  { lines: ["const NAME = (): void => {", "BODY", "}", "export function start(): void {", "setImmediate(() => NAME())", "}"], function: "NAME" },
  { lines: ["function outer(): void {", "function NAME(): void {", "BODY", "}", "[1].forEach(() => NAME())", "}", "export function start(): void {", "process.nextTick(outer)", "}"], function: "NAME" },
  { lines: ["class Shop {", "readonly name: string = 'shop'", "NAME(): void {", "BODY", "}", "}", "export function start(): void {", "const shop = new Shop()", "setTimeout(() => shop.NAME(), 3)", "}"], function: "NAME" },
  { lines: ["class Shop {", "static NAME(): void {", "BODY", "}", "}", "export function start(): void {", "queueMicrotask(Shop.NAME)", "}"], function: "NAME" },
  { lines: ["class Shop {", "get NAME(): number {", "BODY", "return 1", "}", "}", "export function start(): void {", "setTimeout(() => void new Shop().NAME, 2)", "}"], function: "get NAME" },
  { lines: ["class NAME {", "constructor() {", "BODY", "}", "}", "export function start(): void {", "setTimeout(() => new NAME(), 1)", "}"], function: "NAME" },
  { lines: ["async function NAME(): Promise<void> {", "await asyncio.sleep(0.002)", "BODY", "}", "export function start(): void {", "void asyncio.run(NAME, { name: 'job NAME' })", "}"], function: "NAME", task: "job NAME" },
  { lines: ["const NAME = asyncio.coroutine(async function NAME(count: number): Promise<number> {", "BODY", "return count", "})", "export function start(): void {", "void asyncio.run(async () => await asyncio.createTask(NAME(2), { name: 'NAME 2' }))", "}"], function: "NAME", task: "NAME 2" },
  { lines: ["async function NAME(): Promise<void> {", "await null", "BODY", "}", "export async function start(): Promise<void> {", "await asyncio.run(async () => {", "await asyncio.gather([asyncio.sleep(0.001), asyncio.createTask(NAME, { name: 'gathered' })])", "})", "}"], function: "NAME", task: "gathered" },
  { lines: ["async function* NAME(): AsyncGenerator<number> {", "yield 1", "BODY", "yield 2", "}", "export function start(): void {", "void asyncio.run(async () => {", "for await (const _ of NAME()) await asyncio.sleep(0)", "}, { name: 'reader' })", "}"], function: "NAME", task: "reader" },
  { lines: ["function* NAME(): Generator<number> {", "BODY", "yield 1", "}", "export function start(): void {", "setTimeout(() => [...NAME()], 2)", "}"], function: "NAME" },
  { lines: ["import { EventEmitter } from 'node:events'", "const shop = new EventEmitter()", "shop.on('order', function NAME(): void {", "BODY", "})", "export function start(): void {", "setImmediate(() => shop.emit('order'))", "}"], function: "NAME" },
  { lines: ["export function start(): void {", "void Promise.resolve(1).then(function NAME(): void {", "BODY", "})", "}"], function: "NAME" },
  { lines: ["export function start(): void {", "void asyncio.run(async function NAME(): Promise<void> {", "asyncio.getRunningLoop().callLater(0.002, () => {})", "await asyncio.timeout(30).run(async () => await asyncio.sleep(0.001))", "BODY", "}, { name: 'main' })", "}"], function: "NAME", task: "main" },
]

const NAMES = ["brew", "serve", "report", "parse", "collect", "render", "invoice", "check", "index", "merge"]
const FILLERS = ["", "// Prices are in cents.", "interface Order { readonly tea: string; readonly cups: number }", "type Price = number | null", "const MENU: readonly string[] = ['Masala', 'Assam']", "/**\n * What was ordered.\n */"]

/** @param milliseconds - how long it blocks, where that is not a matter of size */
export function blockerProgram(random: Random, kind: Kind, milliseconds = MILLISECONDS): BlockerProgram {
  const blocker = random.pick(BLOCKERS[kind])
  const place = random.pick(PLACES)
  const name = `${random.pick(NAMES)}${random.below(100)}`
  const filler = (most: number): string[] => Array.from({ length: random.below(most + 1) }, (_, i) => renamed(random.pick(FILLERS), i)).flatMap((text) => text.split("\n"))
  const renamed = (text: string, i: number): string => text.replace(/\b(Order|Price|MENU)\b/, `$1${i}x${random.below(1e6)}`)
  const imports = place.lines.filter((line) => line.startsWith("import "))
  const source = [
    ...imports,
    ...(blocker.imports?.split("\n") ?? []),
    "const { asyncio, files, data, jsonText, items, numbers, words, began } = globalThis.blockers",
    "let result: unknown",
    "let scale = 1",
    ...filler(5),
    "export function prepare(by: number): void {",
    "scale = by",
    blocker.prepare ?? "",
    "}",
    ...filler(4),
    ...place.lines
      .filter((line) => !line.startsWith("import "))
      .flatMap((line) => (line === "BODY" ? ["began()", ...blocker.body, "began()"] : [line])),
    "export const last = (): unknown => result",
  ].map((line) => line.replaceAll("NAME", name).replaceAll("SECONDS", String(milliseconds / 1000)).replaceAll("MILLIS", String(milliseconds)))
  return {
    kind,
    source: source.map((line) => line.replaceAll(MARK, "")).join("\n"),
    lines: source.flatMap((line, i) => (line.includes(MARK) ? [i + 1] : [])),
    call: blocker.call,
    functions: [blocker.within ?? [], blocker.within === undefined || blocker.also === true ? place.function.replace("NAME", name) : []].flat(),
    task: place.task?.replace("NAME", name),
  }
}
