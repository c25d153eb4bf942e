/** The examples of docs/http-client.md. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { it } from "node:test"
import * as http from "asyncio-ts/http"
import { problemsOf } from "../../contracts/docs-examples.ts"
import { root } from "../../contracts/entries.ts"

const page = readFileSync(join(root, "docs/http-client.md"), "utf8")

/** The server that the page speaks of, in one line before each example, so that lines can be told. */
const server = [
  'import { createServer } from "node:http";',
  "let busy = true;",
  "const server = createServer((request, response) => {",
  'let body = "";',
  'const path = request.url ?? "";',
  'request.on("data", (chunk: Buffer) => (body += chunk.toString()));',
  'request.on("end", () => {',
  'if (path.startsWith("/slow")) return;',
  'if (path === "/lines") response.end("one\\ntwo\\n");',
  'else if (path === "/events") response.setHeader("content-type", "text/event-stream").end("data: chai\\n\\n");',
  'else if (path === "/missing") response.writeHead(404).end();',
  'else if (path === "/busy" && busy) response.writeHead(503).end(String((busy = false)));',
  "else response.end(JSON.stringify({ path, body }));",
  "});",
  "});",
  'await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));',
  "const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;",
].join(" ")

it("the examples of the page compile, run, and print what they say", () => {
  const examples = [...page.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, source = ""]) => ({
    place: `docs/http-client.md:${page.slice(0, page.indexOf(source)).split("\n").length}`,
    source: source.replace("\n\n", () => `\n${server}\n`),
  }))
  assert.equal(examples.length, 5)
  assert.deepEqual(problemsOf(examples), [])
})

it("the page names every class of errors, and every option of a client that its table promises", () => {
  for (const name of Object.keys(http).filter((name) => /Error$|Timeout$|Exception$/.test(name) && http.HTTPError.isPrototypeOf(Reflect.get(http, name) as object))) {
    assert.match(page, new RegExp(`\`${name}\``), `${name} is missing`)
  }
  // Each row says of all four what they do.
  const rows = page.split("\n").filter((line) => line.startsWith("| "))
  for (const row of rows.slice(rows.findIndex((line) => line.includes("httpx")))) {
    assert.equal(row.split(" | ").length, 5, row)
    assert.match(row, /\| (yes|no: .+|if asked.*)( .*|,.*|:.*)? \|$|\| --- \|$|asyncio-ts\/http \|$|\| `/, row)
  }
})
