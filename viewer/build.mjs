// Builds dist/page.html: the page that shows a recording, in one file, with a place for the recording.
// As a command: node build.mjs. As a module: builtPage() gives the page, built anew if anything of it has changed.
import { createHash } from "node:crypto"
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { install } from "../tools/install.mjs"

const here = import.meta.dirname
const output = join(here, "dist", "page.html")
/** What the page is made of. */
const INPUTS = ["page.html", "style.css", "build.mjs", "package-lock.json", "src/**/*.{ts,tsx}", "../src/inspect/flight/*.ts", "../src/inspect/page/*.ts"]
const MARK = /<!-- of ([0-9a-f]+) -->\s*$/

/** The page, from an earlier build if that was of the same sources. */
export async function builtPage() {
  const wanted = inputHash()
  if (existsSync(output)) {
    const page = readFileSync(output, "utf8")
    if (MARK.exec(page)?.[1] === wanted) return page
  }
  return build(wanted)
}

function inputHash() {
  const hash = createHash("sha256")
  for (const file of globSync(INPUTS, { cwd: here }).sort()) hash.update(file).update(readFileSync(join(here, file)))
  return hash.digest("hex").slice(0, 16)
}

async function build(hash = inputHash()) {
  install(here)
  const esbuild = createRequire(join(here, "package.json"))("esbuild")
  const result = await esbuild.build({
    absWorkingDir: here,
    entryPoints: { script: "src/main.tsx", style: "style.css" },
    outdir: "dist",
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    write: false,
    logLevel: "error",
  })
  /** @param {string} ending */
  const text = (ending) => result.outputFiles.find((/** @type {{ path: string }} */ { path }) => path.endsWith(ending)).text.trim()
  // An end tag in a string would end the script.
  const script = text(".js").replaceAll("</script", "<\\/script")
  const page = `${readFileSync(join(here, "page.html"), "utf8").replace("/* style */", () => text(".css")).replace("/* script */", () => script)}<!-- of ${hash} -->\n`
  mkdirSync(join(here, "dist"), { recursive: true })
  // Whoever reads it meanwhile gets the old one or the new one.
  const scratch = `${output}.${process.pid}`
  writeFileSync(scratch, page)
  renameSync(scratch, output)
  return page
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const page = await build()
  console.log(`${output}: ${page.length.toLocaleString("en")} bytes`)
}
