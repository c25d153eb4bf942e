/**
 * The bug of docs/testing.md, found again. As a command it writes what is found into the page:
 *
 *   node --conditions=asyncio-ts:source test/testing/explore/docs-walk.ts
 */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { explore, ExplorationFailure } from "asyncio-ts/testing"
import { thrownAs } from "../../support/record.ts"

const ROOT = fileURLToPath(new URL("../../../", import.meta.url))
const PAGE = join(ROOT, "docs/testing.md")

type Program = () => Promise<void>

/** What stands on the page below a marker. */
export function block(marker: string): string {
  const [, text] = new RegExp(`<!-- ${marker} -->\\n\\n\`\`\`\\w+\\n([^]*?)\`\`\`\\n`).exec(readFileSync(PAGE, "utf8")) ?? []
  assert.ok(text !== undefined, `docs/testing.md has no block ${marker}`)
  return text
}

/** The program of the page: with the pool as it stands there first, and after each of its two mends. */
export async function versions(): Promise<[first: Program, second: Program, third: Program]> {
  const first = block("pool.ts")
  const second = mend(first, "release")
  const third = mend(second, "acquire")
  const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-walk-"))
  try {
    mkdirSync(join(folder, "node_modules"))
    symlinkSync(ROOT, join(folder, "node_modules/asyncio-ts"), "junction")
    const programs: Program[] = []
    for (const [index, pool] of [first, second, third].entries()) {
      const own = join(folder, String(index))
      mkdirSync(own)
      writeFileSync(join(own, "package.json"), '{ "type": "module" }')
      writeFileSync(join(own, "pool.ts"), pool)
      writeFileSync(join(own, "program.ts"), block("program.ts"))
      const { program } = (await import(pathToFileURL(join(own, "program.ts")).href)) as { program: Program } // as the page says
      programs.push(program)
    }
    return programs as [Program, Program, Program] // one for each of three
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What `explore` finds in a version of the program. */
export async function find(program: Program): Promise<ExplorationFailure> {
  return thrownAs(ExplorationFailure, explore(program, { cancellations: 1 }))
}

/** Puts the mended method in the place of the old one. */
function mend(pool: string, method: string): string {
  const mended = block(`mends: ${method}`)
  const old = new RegExp(`^  (async )?${method}\\([^]*?^  }\\n`, "m")
  assert.match(pool, old)
  return pool.replace(old, mended)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first, second] = await versions()
  for (const [marker, program] of [["first", first], ["second", second]] as const) {
    const { message } = await find(program)
    const text = readFileSync(PAGE, "utf8")
    writeFileSync(PAGE, text.replace(new RegExp(`(<!-- finds: ${marker} -->\\n\\n\`\`\`text\\n)[^]*?(\`\`\`\\n)`), (_all, before: string, after: string) => `${before}${message}\n${after}`))
  }
}
