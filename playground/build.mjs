// Builds dist/: a folder of static files with relative addresses, for any file server.
// As a command: node build.mjs. As a module: build() gives the folder and what is in it.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { install } from "../tools/install.mjs"
import { builtPage } from "../viewer/build.mjs"
import { exampleList } from "./build/example-list.mjs"
import { exerciseList } from "./build/exercise-list.mjs"
import { LIBRARY } from "./build/library.mjs"
import { nameList } from "./build/name-list.mjs"
import { typeFiles } from "./build/type-files.mjs"

const here = import.meta.dirname

/**
 * @param {string} folder where the page is written to; what was there goes
 */
export async function build(folder = join(here, "dist")) {
  install(here)
  const viewer = await builtPage()
  const esbuild = createRequire(join(here, "package.json"))("esbuild")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const settings = { absWorkingDir: here, bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", logLevel: "error" }
  const entries = Object.fromEntries(Object.values(LIBRARY).map(({ file, source }) => [file, source]))
  await Promise.all([
    esbuild.build({ ...settings, entryPoints: { page: "src/main.ts", style: "style.css" }, outdir: folder }),
    esbuild.build({
      ...settings,
      entryPoints: { ...entries, worker: "src/worker/main.ts", check: "src/worker/check.ts" },
      outdir: join(folder, "lib"),
      // All entries share one copy of the library. It tells its own lines from a program's by the folder
      // above core/place.*, so that is what the shared files are called.
      splitting: true,
      chunkNames: "core/place.[hash]",
      // Names of functions and classes are what a learner reads in messages.
      keepNames: true,
      minifyIdentifiers: false,
    }),
    esbuild.build({
      ...settings,
      entryPoints: { worker: "src/worker/types.ts" },
      outdir: join(folder, "types"),
      // TypeScript asks for these where it is in Node alone; its license wants to go with it.
      external: ["fs", "path", "os", "inspector", "crypto", "perf_hooks"],
      legalComments: "inline",
    }),
  ])
  const names = Object.fromEntries(Object.entries(LIBRARY).map(([name, { source }]) => [name, nameList(source)]))
  const examples = exampleList(names)
  const data = {
    modules: Object.fromEntries(Object.entries(LIBRARY).map(([name, { file }]) => [name, `lib/${file}.js`])),
    names,
    examples: examples.listed,
    left: examples.left,
    exercises: exerciseList(names),
  }
  writeFileSync(join(folder, "data.json"), JSON.stringify(data))
  writeFileSync(join(folder, "types/files.json"), JSON.stringify(typeFiles()))
  writeFileSync(join(folder, "viewer.html"), viewer)
  cpSync(join(here, "index.html"), join(folder, "index.html"))
  return { folder, ...data }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { folder, examples, left, exercises } = await build()
  const size = (/** @type {string} */ file) => gzipSync(readFileSync(join(folder, file))).length.toLocaleString("en")
  const elsewhere = exercises.flatMap(({ name, needs }) => Object.entries(needs).map(([file, why]) => `${name}/${file}: ${why}`))
  console.log(`${folder}: ${examples.length} programs, ${exercises.length} exercises; page.js ${size("page.js")} bytes gzipped, viewer.html ${size("viewer.html")}; for types, when they are first asked for, ${size("types/worker.js")} and ${size("types/files.json")}`)
  console.log(`${left.length} programs of examples/ need more than a browser:`)
  for (const { name, why } of left) console.log(`  ${name}: ${why}`)
  console.log(`${elsewhere.length} of the exercises' programs do:`)
  for (const line of elsewhere) console.log(`  ${line}`)
}
