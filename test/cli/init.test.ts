import assert from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import { UsageError } from "#src/cli/arguments.ts"
import { INIT_HELP, initCommand, projectName } from "#src/cli/init-command.ts"
import { templateFiles } from "#src/cli/init-template.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const COMMAND = join(root, "src/cli/main.ts")
const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-init-"))
after(() => rmSync(folder, { recursive: true }))

interface Manifest {
  readonly name: string
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
const json = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T // files of this project, and those that the command wrote

/** Runs Node, as npm would in a project. */
function node(cwd: string, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { NODE_TEST_CONTEXT: _reporting, ...env } = process.env
  const child = spawn(process.execPath, args, { cwd, env: { ...env, NODE_OPTIONS: "--conditions=asyncio-ts:source", NO_COLOR: "1", FORCE_COLOR: undefined }, stdio: ["ignore", "pipe", "pipe"] })
  let stdout = ""
  let stderr = ""
  child.stdout.on("data", (chunk) => (stdout += String(chunk)))
  child.stderr.on("data", (chunk) => (stderr += String(chunk)))
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })))
}

/** What the command wrote on the standard output and error, and its exit code. */
function init(...args: string[]): { code: number; lines: string[] } {
  const lines: string[] = []
  const { log, error } = console
  console.log = console.error = (text: string) => void lines.push(...text.split("\n"))
  try {
    return { code: initCommand(args, "1.2.3"), lines }
  } finally {
    Object.assign(console, { log, error })
  }
}

describe("asyncio-ts init", () => {
  it("says how to go there, whatever the folder is called", { skip: process.platform === "win32" && "its shell quotes otherwise" }, async () => {
    for (const name of ["-x", "a$HOME", "it's `5` \"!\"", "plain"]) {
      const { code, stdout, stderr } = await node(folder, COMMAND, "init", "--", name)
      assert.equal(code, 0, stderr)
      const typed = /^ {2}(cd .*)$/m.exec(stdout)?.[1] ?? ""
      const there = execFileSync("sh", ["-c", `${typed} && pwd`], { cwd: folder, encoding: "utf8" }).trim()
      assert.equal(there, join(realpathSync(folder), name))
    }
  })

  it("makes a project whose program and test run at once", async () => {
    const made = await node(folder, COMMAND, "init", "tea shop")
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stdout, /^a project is in tea shop: \.gitignore, AGENTS\.md, .*tsconfig\.json\n\nnext:\n {2}cd "tea shop"\n {2}npm install\n {2}npm start/)

    const project = join(folder, "tea shop")
    mkdirSync(join(project, "node_modules"))
    symlinkSync(root, join(project, "node_modules/asyncio-ts"), "junction")
    const [ran, tested] = await Promise.all([node(project, COMMAND, "run", "src/main.ts"), node(project, "--test", "--test-reporter=tap", "test/prices.test.ts")])
    assert.deepEqual(ran.stdout.split("\n").slice(3), ["north: 4 €", "south: too late", "west: 5 €", "the watch is over", "cancelled: true", ""], ran.stderr)
    assert.equal(ran.stdout.match(/: the connection is closed\n/g)?.length, 3)
    assert.deepEqual([ran.code, ran.stderr, tested.code], [0, "", 0], tested.stdout)
    assert.match(tested.stdout, /^# pass 2$/m)
  })

  it("asks npm for the tools that this package is tested with", () => {
    const { version, devDependencies } = json<Manifest & { version: string }>(join(root, "package.json"))
    const { dependencies } = json<Manifest>(join(root, "tools/check/package.json"))
    const files = new Map(templateFiles("shop", version))
    const made = JSON.parse(files.get("package.json") ?? "") as Manifest // as it was written
    assert.deepEqual(made.dependencies, { "asyncio-ts": `^${version}` })
    assert.deepEqual(made.devDependencies, {
      "@types/node": `^${devDependencies["@types/node"]}`,
      "@typescript-eslint/parser": `^${dependencies["@typescript-eslint/parser"]}`,
      eslint: `^${dependencies["eslint"]}`,
      typescript: `~${dependencies["typescript"]}`,
    })
    for (const [, script = ""] of (files.get("README.md") ?? "").matchAll(/`npm run (\w+)`/g)) assert.ok(script in made.scripts, script)
    for (const [path, text] of files) assert.doesNotMatch(text, /\{\{/, path)
  })

  it("names the project after its folder, as npm takes names", () => {
    const names = ["shop", "Tea Shop", "/tmp/Thé & Café", "_hidden", "..shop", "日本", "node_modules", "asyncio-ts", "a".repeat(300)].map((name) => projectName(name))
    assert.deepEqual(names, ["shop", "tea-shop", "the-cafe", "hidden", "shop", "my-program", "my-program", "my-program", "a".repeat(214)])
  })

  it("takes an empty folder, and one that is a repository", () => {
    const empty = join(folder, "empty")
    const repository = join(folder, "repository")
    mkdirSync(empty)
    mkdirSync(join(repository, ".git"), { recursive: true })
    assert.equal(init(empty).code, 0)
    assert.equal(init("--", repository).code, 0)
    assert.ok(existsSync(join(repository, "src/main.ts")))
  })

  it("writes nothing into a folder that has something in it", () => {
    const full = join(folder, "full")
    mkdirSync(full)
    writeFileSync(join(full, "README.md"), "mine")
    assert.throws(() => init(full), (error: Error) => error instanceof UsageError && error.message === `${full} is not empty, it has README.md: name a folder that is new or empty, so that nothing is overwritten`)
    assert.deepEqual(readdirSync(full), ["README.md"])
    assert.throws(() => init(join(full, "README.md")), /README\.md, or a part of its path, is a file: name a folder that is new or empty$/)
    assert.throws(() => init(join(full, "README.md/shop")), /README\.md\/shop, or a part of its path, is a file/)
  })

  it("says what is wrong with what was typed", () => {
    for (const [args, message] of [
      [[], /^init which folder\?/],
      [[""], /^init which folder\?/],
      [["one", "two"], /^init takes one folder, not both one and two$/],
      [["--force", "shop"], /^unknown option --force: init takes a folder alone/],
    ] as const) {
      assert.throws(() => init(...args), (error: Error) => error instanceof UsageError && message.test(error.message))
    }
    assert.deepEqual(init("--help"), { code: 0, lines: INIT_HELP.split("\n") })
    assert.ok(INIT_HELP.split("\n").every((line) => line.length <= 92))
  })

  it("says in a sentence that it cannot write there", () => {
    const { code, lines } = init(join(folder, "x".repeat(300)))
    assert.deepEqual([code, lines.length], [1, 1])
    assert.match(lines[0] ?? "", /^asyncio-ts: cannot make a project in .*: its name is too long$/)
    // Where Node, told to make all folders at once, would try for ever.
    if (process.platform === "linux") assert.deepEqual(init("/proc/shop"), { code: 1, lines: ["asyncio-ts: cannot make a project in /proc/shop: no folder can be made there"] })
  })
})
