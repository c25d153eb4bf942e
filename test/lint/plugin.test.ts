/** The plugin as linters load it: in ESLint with and without types, and in oxlint. */
import assert from "node:assert/strict"
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import plugin from "asyncio-ts/eslint-plugin"
import { lint, oxlint, root } from "./linters.ts"

const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-lint-"))
after(() => rmSync(folder, { recursive: true }))
// The project's own configuration, in what the link leads to, is none of this folder's.
const OXLINT = ["--disable-nested-config", "--config=oxlint.json"]
const rules = Object.keys(plugin.rules)

/** A file in the folder of this test. */
function write(file: string, text: string): string {
  writeFileSync(join(folder, file), text)
  return join(folder, file)
}

// By its file: oxlint does not know the condition that leads from the package's name to the sources.
write("oxlint.json", JSON.stringify({ jsPlugins: [join(root, "src/lint/index.ts")], categories: { correctness: "off" }, rules: plugin.configs.recommended.rules }))

const PROGRAM = `import * as asyncio from "asyncio-ts"
import { readFileSync } from "node:fs"

const main = asyncio.coroutine("main", async (path: string) => {
  asyncio.sleep(1)
  const text = readFileSync(path, "utf8")
  try {
    await fetch(text)
  } catch (error) {
    console.error(error)
  }
})
await asyncio.run(main("a"))
`
const FIXED = `import * as asyncio from "asyncio-ts"
import { readFileSync } from "node:fs"

const main = asyncio.coroutine("main", async (path: string) => {
  await asyncio.sleep(1)
  const text = await asyncio.files.readText(path)
  try {
    await asyncio.wrapFuture(fetch(text))
  } catch (error) {
    if (error instanceof asyncio.CancelledError) throw error
    console.error(error)
  }
})
await asyncio.run(main("a"))
`

describe("the plugin", () => {
  it("gives four rules, each with its page, and a configuration that switches them on", () => {
    const page = readFileSync(join(root, "docs/lint.md"), "utf8")
    assert.deepEqual(rules, ["no-blocking-call", "no-foreign-await", "no-forgotten-await", "no-swallowed-cancellation"])
    for (const [name, { meta }] of Object.entries(plugin.rules)) {
      assert.equal(meta.docs.url, `node_modules/asyncio-ts/docs/lint.md#${name}`)
      assert.match(page, new RegExp(`^### ${name}$`, "m"))
    }
    const { recommended } = plugin.configs
    assert.equal(recommended.plugins["asyncio-ts"], plugin)
    assert.deepEqual(recommended.rules, {
      "asyncio-ts/no-blocking-call": "error",
      "asyncio-ts/no-foreign-await": "warn",
      "asyncio-ts/no-forgotten-await": "error",
      "asyncio-ts/no-swallowed-cancellation": "error",
    })
  })

  it("finds in ESLint what is planted, each at its line", () => {
    assert.deepEqual(lint(PROGRAM, plugin).map(({ line, ruleId }) => [line, ruleId]), [
      [5, "asyncio-ts/no-forgotten-await"],
      [6, "asyncio-ts/no-blocking-call"],
      [8, "asyncio-ts/no-foreign-await"],
      [9, "asyncio-ts/no-swallowed-cancellation"],
    ])
    assert.deepEqual(lint(FIXED, plugin), [])
  })

  it("finds in oxlint what is planted, and puts it right", () => {
    const file = write("planted.ts", PROGRAM)
    const { stdout, stderr, status } = oxlint(folder, ...OXLINT, "--format=json", "planted.ts")
    assert.equal(status, 1, stdout + stderr)
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; labels: { span: { line: number } }[] }[] } // what it writes
    const found = diagnostics.map(({ code, labels }) => `${labels[0]?.span.line}: ${code}`).sort()
    assert.deepEqual(found, ["5: asyncio-ts(no-forgotten-await)", "6: asyncio-ts(no-blocking-call)", "8: asyncio-ts(no-foreign-await)", "9: asyncio-ts(no-swallowed-cancellation)"])
    assert.equal(oxlint(folder, ...OXLINT, "--fix-suggestions", "planted.ts").status, 0)
    assert.equal(readFileSync(file, "utf8"), FIXED)
  })

  it("knows with types what comes from other files, and does without them", () => {
    mkdirSync(join(folder, "node_modules"))
    symlinkSync(root, join(folder, "node_modules/asyncio-ts"), "junction")
    const compilerOptions = { module: "NodeNext", target: "ES2024", lib: ["ES2024"], types: [], strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, customConditions: ["asyncio-ts:source", "browser"] }
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["typed.ts", "tea.ts"] }))
    write("tea.ts", 'import { coroutine, createTask, Lock } from "asyncio-ts"\nexport const brew = coroutine("brew", async () => "tea")\nexport const shop = { lock: new Lock(), open: () => createTask(brew) }\nexport const plain = async () => 1\n')
    const text = 'import { brew, plain, shop } from "./tea.ts"\nexport async function main(): Promise<void> {\n  brew()\n  shop.lock.acquire()\n  shop.open()\n  plain()\n  shop.lock.release()\n  void (await brew())\n}\n'
    const file = write("typed.ts", text)
    assert.deepEqual(lint(text, plugin, file), [])
    const typed = lint(text, plugin, file, { parserOptions: { project: true, tsconfigRootDir: folder } })
    assert.deepEqual(typed.map(({ line, messageId, message }) => [line, messageId ?? message]), [[3, "coroutine"], [4, "coroutine"]])
  })
})

describe("docs/lint.md", () => {
  const page = readFileSync(join(root, "docs/lint.md"), "utf8")
  const programs = [...page.matchAll(/^```ts (wrong|right)\n([^]*?)^```$/gm)].map(({ 1: kind = "", 2: program = "", index }) => {
    return { kind, program, rule: page.slice(0, index).match(/^### \S+$/gm)?.at(-1)?.slice(4) ?? "" }
  })

  it("has wrong and right programs for each rule, and the rule tells them apart", () => {
    assert.deepEqual([...new Set(programs.filter(({ kind }) => kind === "wrong").map(({ rule }) => rule))].sort(), rules)
    for (const { kind, program, rule } of programs) {
      const told = new Set(lint(program, plugin).map(({ ruleId }) => ruleId))
      assert.deepEqual([...told], kind === "wrong" ? [`asyncio-ts/${rule}`] : [], program)
    }
  })
})

describe("the rules on the examples", () => {
  const files = globSync("examples/**/*.ts", { cwd: root }).sort()
  const found = files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8")
    return lint(text, plugin).map(({ line, ruleId, message }) => ({ file: file.replaceAll("\\", "/"), rule: ruleId ?? message, code: (text.split("\n")[line - 1] ?? "").trim() }))
  })

  it("report as defects what they are there to show, and those that print any error", () => {
    assert.ok(files.length > 70)
    assert.deepEqual(found.filter(({ rule }) => rule !== "asyncio-ts/no-foreign-await").map(({ file, rule, code }) => `${file}: ${rule}: ${code}`), [
      'examples/coming-from/forgotten-await.ts: asyncio-ts/no-forgotten-await: void save("tea for two") // the await is missing',
      "examples/database/cancelled-query.ts: asyncio-ts/no-swallowed-cancellation: } catch (error) {",
      'examples/guide/blocking-client.ts: asyncio-ts/no-blocking-call: execFileSync(process.execPath, ["--input-type=module", "--eval", `await fetch("${url}")`])',
      "examples/guide/captured.ts: asyncio-ts/no-swallowed-cancellation: } catch (error) {",
      "examples/guide/nested-managers.ts: asyncio-ts/no-swallowed-cancellation: } catch (error) {",
      "examples/guide/swallowed.ts: asyncio-ts/no-swallowed-cancellation: } catch (error) {",
      "examples/lessons/forgotten-await.ts: asyncio-ts/no-forgotten-await: void fetchUser(1) // the await is missing",
      "examples/lessons/gather.ts: asyncio-ts/no-swallowed-cancellation: } catch (error) {",
      "examples/lessons/nested-run.ts: asyncio-ts/no-swallowed-cancellation: } catch (error) {",
    ])
  })

  it("find nothing in the project that asyncio-ts init makes", () => {
    const made = globSync("template/**/*.ts", { cwd: root })
    assert.equal(made.length, 3)
    for (const file of made) assert.deepEqual(lint(readFileSync(join(root, file), "utf8"), plugin), [], file)
  })

  it("warn of the host's promises there, and of nothing else", () => {
    const foreign = found.filter(({ rule }) => rule === "asyncio-ts/no-foreign-await")
    assert.ok(foreign.length > 5)
    // Pages that show what promises do await them.
    for (const { file, code } of foreign.filter(({ file }) => !/^examples\/(?:coming-from|guide|cookbook)\//.test(file))) assert.match(code, /await \(?(?:await )?(?:once|fetch|readFile|mkdtemp|rm)\(/, file)
  })
})
