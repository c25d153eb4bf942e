/**
 * The two walks of docs/seeing.md: a program that hangs, looked into with `ps`, and one that is
 * slow, with `doctor`. As a command it makes both again and writes them into the page:
 *
 *   node --conditions=asyncio-ts:source test/docs/walks.ts
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const COMMAND = "src/cli/main.ts"
const PAGE = new URL("../../docs/seeing.md", import.meta.url)
const PATIENCE_MS = 110_000
/** How long the shop is left alone, so that it hangs. */
const LEFT_ALONE_MS = 1500

export interface Walk {
  readonly out: string
  readonly code: number | null
}

/** What `ps` says of the shop that hangs; the number of its process stands as 4711. */
export async function hang(...options: string[]): Promise<Walk> {
  const shop = node(["examples/seeing/hangs.ts"])
  try {
    await new Promise<void>((resolve, reject) => {
      let said = ""
      shop.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text
        if (said.includes("serves")) resolve()
      })
      shop.on("close", () => reject(new Error(`the shop ended before it served: ${said}`)))
    })
    await new Promise((resolve) => setTimeout(resolve, LEFT_ALONE_MS))
    let seen = await command(["ps", String(shop.pid), ...options])
    // A shop that stood still with its machine hangs a little later.
    while (seen.code === 0 && !seen.out.includes("deadlock")) seen = await command(["ps", String(shop.pid), ...options])
    return { out: seen.out.replaceAll(String(shop.pid), "4711"), code: seen.code }
  } finally {
    shop.kill("SIGKILL")
  }
}

/** What `doctor` says of the page that is slow. */
export function slow(...options: string[]): Promise<Walk> {
  return command(["doctor", "examples/seeing/slow.ts", ...options])
}

async function command(args: readonly string[]): Promise<Walk> {
  const child = node([COMMAND, ...args])
  let out = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (out += text))
  const [code] = (await once(child, "close")) as [number | null]
  return { out, code }
}

function node(args: readonly string[]) {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, COLUMNS: "100" }
  return spawn(process.execPath, ["--conditions=asyncio-ts:source", ...args], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"], timeout: PATIENCE_MS })
}

/** What the page shows of a walk: the command, and what it printed. */
export function shown(name: "hang" | "slow"): { readonly command: string; readonly out: string } {
  const [, command = "", out = ""] = blockOf(name).exec(readFileSync(PAGE, "utf8")) ?? []
  return { command, out }
}

function blockOf(name: string): RegExp {
  return new RegExp(`(?<=<!-- walk: ${name} -->\\n\\n\`\`\`text\\n)\\$ (.*)\\n([^]*?)\\n(?=\`\`\`)`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let page = readFileSync(PAGE, "utf8")
  for (const [name, walk] of Object.entries({ hang, slow })) {
    const { out, code } = await walk()
    console.log(`${out}\nexit code ${code}\n`)
    page = page.replace(blockOf(name), (_, command: string) => `$ ${command}\n${out.trimEnd()}\n`)
  }
  writeFileSync(PAGE, page)
}
