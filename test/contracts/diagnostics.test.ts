/** The page on diagnostics: every code of a warning has a part of it, with a program that gives just what it says. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, it } from "node:test"
import { needsPlaceOfAwait } from "../support/tells-of-awaits.ts"

const root = join(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/diagnostics.md"), "utf8")
/** A busy machine makes steps slow that are not meant to be. */
const BY_THE_MACHINE = "ASYNCIO_SLOW_CALLBACK"
const CODE = /ASYNCIO_(?!TS_)[A-Z]+(?:_[A-Z]+)*/g

/** The codes in the sources, without the variables of the environment. */
function codesIn(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.match(CODE) ?? []))].sort()
}

/** A part of the page: its code, its program, and the message that it promises. */
interface Part {
  readonly code: string
  readonly text: string
  readonly program: string
  readonly message: string
}

const parts: Part[] = [...page.matchAll(/^### `(ASYNCIO_\w+)`\n([^]*?)(?=^##|(?![^]))/gm)].map(([, code = "", text = ""]) => {
  const [, program = ""] = /^```ts\n([^]*?)^```/m.exec(text) ?? []
  const [, message = ""] = /^```text\n([^]*?)\n```/m.exec(text) ?? []
  return { code, text, program, message }
})

/** What a program prints on standard error, without the process id and the folder it ran in. */
function warningsOf(program: string, options: readonly string[] = []): Promise<string> {
  const args = ["--conditions=asyncio-ts:source", ...options, "--input-type=module-typescript", "--eval", program]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, timeout: 60_000 }, (error, _out, err) => {
      if (error !== null) reject(error)
      else resolve(err.replace(/^\(node:\d+\) /gm, "").replace(/^\(Use `.*\n/gm, "").trimEnd())
    })
  })
}

/** What a program tells, without such messages of steps as nobody meant: those that do not fit `meant`, and all but the first. */
async function meantBy(program: string, meant: RegExp): Promise<string> {
  const told = (await warningsOf(program)).split(/\n(?=\[ASYNCIO_)/)
  const first = told.find((text) => meant.test(text))
  return told.filter((text) => text === first || !text.startsWith(`[${BY_THE_MACHINE}]`)).join("\n")
}

/** A message as the page shows it, as a pattern: `…` stands for a place, and for a time or port that varies. */
function pattern(message: string): RegExp {
  const literal = message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  return new RegExp(`^${literal.replaceAll("at …", "at .+").replaceAll("in …", "in .+").replaceAll("… s", "[\\d.]+ s").replaceAll(":…", ":\\d+")}$`)
}

describe("docs/diagnostics.md", () => {
  it("has a part for each code in src, in order, and for no other", () => {
    const sources = globSync("src/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"))
    const used = codesIn(sources)
    assert.ok(used.length >= 5)
    assert.deepEqual(parts.map(({ code }) => code), used)
    assert.deepEqual(codesIn([page]), used)
  })

  it("tells codes from the environment's variables", () => {
    assert.deepEqual(codesIn(['"ASYNCIO_B"', 'ASYNCIO_TS_DEBUG=1 "ASYNCIO_A_C", ASYNCIO_B']), ["ASYNCIO_A_C", "ASYNCIO_B"])
  })

  it("lists the codes in its table", () => {
    const rows = [...page.matchAll(/^\| `(ASYNCIO_\w+)` \|/gm)].map(([, code]) => code)
    assert.deepEqual(rows, parts.map(({ code }) => code))
  })

  for (const { code, text, program, message } of parts) {
    describe(code, () => {
      it("says what it means, what to do and how to silence it", () => {
        for (const word of ["**Means:**", "**Do:**", "**Silence:**", `--disable-warning=${code}`]) assert.ok(text.includes(word), word)
      })

      it("has a program that gives just the message", needsPlaceOfAwait(code, ["ASYNCIO_TWO_WAITS"]), async () => {
        assert.match(message, new RegExp(`^\\[${code}\\] AsyncioWarning: `))
        assert.match(await meantBy(program, pattern(message)), pattern(message))
      })

      it("is silent when told to be", async () => {
        assert.equal(await warningsOf(program, [`--disable-warning=${code}`, `--disable-warning=${BY_THE_MACHINE}`]), "")
      })
    })
  }
})

describe("the other programs of the page", () => {
  for (const [, program = "", output = ""] of page.matchAll(/^```ts run\n([^]*?)^```\n+```text\n([^]*?)\n```/gm)) {
    it(`print what they say: ${program.split("\n").at(2) ?? ""}`, async () => {
      assert.match(await meantBy(program, pattern(output)), pattern(output))
    })
  }
})
