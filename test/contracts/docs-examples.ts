/** The examples in the documentation comments of sources: found, compiled and run. */
import { spawnSync } from "node:child_process"
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "./entries.ts"

/** Files whose examples keep real time, and why; in all others `asyncio.run` keeps virtual time. */
export const REAL: Readonly<Record<string, string>> = {
  "docs/executors.md": "its deadline ends a worker thread",
  "docs/http-client.md": "its server is the host's",
  "docs/http-server.md": "its clients are fetch",
  "docs/testing.md": "its slow pages are the host's timers",
  "src/core/wrap-future.ts": "it waits for a promise of the host's",
  "src/executors/worker/current-job.ts": "its deadline ends a worker thread",
  "src/http/handler/fastify.ts": "its client is fetch",
  "src/http/handler/fetch.ts": "its client is fetch",
  "src/http/handler/node.ts": "its client is fetch",
  "src/http/server/event-stream.ts": "its client is fetch",
  "src/http/server/fast-response.ts": "its client is fetch",
  "src/http/server/http-server.ts": "its client is fetch",
  "src/http/server/serve.ts": "its client is fetch",
  "src/http/websocket/upgrade-web-socket.ts": "its client is the host's WebSocket",
  "src/inspect/timeline.ts": "its picture shows time that passed",
  "src/io/files/watch.ts": "it waits for the file system",
  "src/io/signal-handlers.ts": "it waits for a signal",
  "src/io/to-readable.ts": "its reader is a stream of the host's",
  "src/tasks/from-event.ts": "its events are the host's",
}

export interface Example {
  /** The file and line where it begins. */
  readonly place: string
  readonly source: string
}

/** What running an example gave: the lines that printed, in that order, and the error it ended with. */
export interface Run {
  readonly printed: readonly { readonly line: number; readonly text: string }[]
  readonly error?: string
}

/** The examples of all files in a folder of the project. */
export function examplesIn(folder: string): Example[] {
  const files = globSync("**/*.ts", { cwd: join(root, folder) }).sort()
  return files.flatMap((file) => examplesOf(`${folder}/${file.replaceAll("\\", "/")}`, readFileSync(join(root, folder, file), "utf8")))
}

/** @throws SyntaxError for an `@example` without code */
export function examplesOf(file: string, source: string): Example[] {
  const found: Example[] = []
  for (const comment of source.matchAll(/^[ \t]*\/\*\*[^]*?\*\//gm)) {
    for (const example of comment[0].matchAll(/^[ \t]*\* @example\b[^]*?(?=^[ \t]*\* @|\*\/)/gm)) {
      const line = source.slice(0, comment.index + example.index).split("\n").length
      const code = /^([ \t]*\* ```ts\n)([^]*?)^[ \t]*\* ```/m.exec(example[0])
      if (code === null) throw new SyntaxError(`${file}:${line}: an @example is a block of code: \`\`\`ts … \`\`\``)
      const [, , body = ""] = code
      const skipped = example[0].slice(0, code.index).split("\n").length
      found.push({ place: `${file}:${line + skipped}`, source: body.replace(/^[ \t]*\* ?/gm, "") })
    }
  }
  return found
}

/** Everything that is wrong with the examples, one problem a line, each with its place. */
export function problemsOf(examples: readonly Example[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-docs-"))
  try {
    // As in a project that has installed the package.
    mkdirSync(join(folder, "node_modules"))
    symlinkSync(root, join(folder, "node_modules/asyncio-ts"), "junction")
    for (const peers of ["@types", "@opentelemetry", "fast-check", "pure-rand"]) symlinkSync(join(root, "node_modules", peers), join(folder, "node_modules", peers), "junction")
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
    const files = examples.map(({ place }, index) => `example-${index}.${place.slice(0, place.lastIndexOf(":")) in REAL ? "real" : "virtual"}.ts`)
    for (const [index, file] of files.entries()) writeFileSync(join(folder, file), examples[index]?.source ?? "")
    const compiled = compile(folder, files)
    const runs = run(folder, files)
    return examples.flatMap((example, index) => [
      ...(compiled.get(files[index] ?? "") ?? []).map(({ line, message }) => `${after(example.place, line)}: ${message}`),
      ...misprints(example, runs[index] ?? { printed: [], error: "it was not run" }),
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Mistake {
  readonly line: number
  readonly message: string
}

function compile(folder: string, files: readonly string[]): Map<string, Mistake[]> {
  const compilerOptions = { noEmit: true, types: ["node"], rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true }
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions, files }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
  const compiler = join(root, "node_modules/typescript/bin/tsc")
  const { stdout, status, error } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], { encoding: "utf8", cwd: folder })
  const mistakes = new Map<string, Mistake[]>()
  for (const [, file = "", line, message = ""] of stdout.matchAll(/^(example-\d+\.\w+\.ts)\((\d+),\d+\): (.*)$/gm)) {
    mistakes.set(file, [...(mistakes.get(file) ?? []), { line: Number(line), message }])
  }
  // It says nothing of examples where it cannot run, nor where the sources do not compile.
  if (status !== 0 && mistakes.size === 0 && !/^\S+\(\d+,\d+\): /m.test(stdout)) throw new Error(`the compiler failed: ${stdout}`, { cause: error })
  return mistakes
}

function run(folder: string, files: readonly string[]): Run[] {
  const runner = join(import.meta.dirname, "docs-runner.ts")
  const args = ["--conditions=asyncio-ts:source", runner, ...files.map((file) => join(folder, file))]
  const { stdout, stderr, status, error } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: root, timeout: 240_000 })
  if (status !== 0) throw new Error(`the examples ended with ${String(status)}: ${stderr}`, { cause: error })
  return JSON.parse(stdout) as Run[] // written by the runner
}

function misprints({ place, source }: Example, { printed, error }: Run): string[] {
  const problems: string[] = []
  const lines = source.split("\n")
  if (error !== undefined) problems.push(`${place}: it ended with ${error}`)
  if (!lines.some((line) => /\/\/ -> /.test(line))) problems.push(`${place}: it does not say what it prints: end a line in // -> text`)
  for (const [index, line] of lines.entries()) {
    const expected = /\/\/ -> (.*)$/.exec(line)?.[1]?.trim()
    const texts = printed.filter((print) => print.line === index + 1).map(({ text }) => text.trim())
    const actual = texts.length === 0 ? undefined : texts.join(", then ")
    if (expected === actual) continue
    const where = after(place, index + 1)
    if (actual === undefined) problems.push(`${where}: it printed nothing, not: ${expected}`)
    else if (expected === undefined) problems.push(`${where}: it printed what it does not say: ${actual}`)
    else problems.push(`${where}: it printed: ${actual}, not: ${expected}`)
  }
  return problems
}

/** The place `line` lines into an example that begins at `place`. */
function after(place: string, line: number): string {
  const [file = "", first] = place.split(":")
  return `${file}:${Number(first) + line - 1}`
}
