/** What docs/http-server.md says. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { it } from "node:test"
import { problemsOf } from "../../contracts/docs-examples.ts"
import { root } from "../../contracts/entries.ts"
import { settingsOf } from "#src/http/server/server-options.ts"

const page = readFileSync(join(root, "docs/http-server.md"), "utf8")

it("the examples of the page compile, run, and print what they say", () => {
  const examples = [...page.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, source = ""]) => ({
    place: `docs/http-server.md:${page.slice(0, page.indexOf(source)).split("\n").length}`,
    source,
  }))
  assert.equal(examples.length, 3)
  assert.deepEqual(problemsOf(examples), [])
})

it("the page's table of limits has the defaults that there are", () => {
  const settings: Record<string, unknown> = { ...settingsOf({}) }
  const rows = [...page.matchAll(/^\| `(\w+)` \| (none|[\d,]+)/gm)].map(([, name = "", value = ""]) => [name, value === "none" ? undefined : Number(value.replaceAll(",", ""))] as const)
  assert.equal(rows.length, 9)
  for (const [name, value] of rows) {
    const found = settings[name]
    assert.equal(found === Infinity ? undefined : found, value, name)
  }
})
