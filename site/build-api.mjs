// The reference: a page of Markdown for every public name, made by TypeDoc of the entries in package.json.
import { createHash } from "node:crypto"
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Application } from "typedoc"
import { API, CACHE, root, site } from "./places.mjs"
import { BROWSER_PARTS, ENTRY_NAMES, load } from "./public-api.mjs"

/** What the reference is made of; the command is in no entry. */
const INPUTS = ["package.json", "tsconfig.base.json", "src/**/*.ts", "site/build-api.mjs", "site/public-api.mjs", "site/tsconfig.api.json", "site/package-lock.json"]

/** Entries that are made of sockets, processes and threads: what tsconfig.core.json leaves out. */
const NEED_NODE = new Set(["./handler", "./http", "./postgres", "./executors"])

/**
 * Makes docs/api anew, unless an earlier one was made of the same sources.
 *
 * @returns {Promise<{ pages: number, isNew: boolean }>}
 * @throws {Error} if TypeDoc finds something wrong, which it has printed then
 */
export async function buildApi() {
  const stamp = join(CACHE, "api.hash")
  const hash = inputHash()
  if (existsSync(API) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return { pages: count(), isNew: false }
  const scratch = join(CACHE, `api.${process.pid}`)
  try {
    await generate(scratch)
    rmSync(API, { recursive: true, force: true })
    renameSync(scratch, API)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  writeFileSync(stamp, hash)
  return { pages: count(), isNew: true }
}

/** @param {string} out */
async function generate(out) {
  mkdirSync(CACHE, { recursive: true })
  const entries = entryFiles()
  for (const { file, name, browser } of entries) {
    ENTRY_NAMES.set(moduleName(file), name)
    if (browser !== file) BROWSER_PARTS.set(name, browser === undefined ? undefined : moduleName(browser))
  }
  // After all others: a name belongs to the entry that TypeDoc meets first.
  const parts = entries.flatMap(({ file, browser }) => (browser === undefined || browser === file ? [] : [browser]))
  const app = await Application.bootstrapWithPlugins({
    name: "Reference",
    entryPoints: [...entries.map(({ file }) => file), ...parts].map((file) => join(root, file)),
    tsconfig: join(site, "tsconfig.api.json"),
    plugin: ["typedoc-plugin-markdown", load],
    outputs: [{ name: "markdown", path: out }],
    readme: "none",
    // Lines of the sources would change every page with each edit.
    disableSources: true,
    // `npm run check -- types` looks for errors of types, with the compiler of this project.
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: false,
    validation: { notExported: false },
    logLevel: "Warn",
    .../** @type {object} */ ({
      router: "member",
      entryFileName: "index",
      hidePageHeader: true,
      useCodeBlocks: true,
      sanitizeComments: true,
      useHTMLEncodedBrackets: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "list",
      indexFormat: "table",
      pageTitleTemplates: { index: "Reference", member: "{name}", module: "{name}" },
    }),
  })
  const project = await app.convert()
  if (project !== undefined && !app.logger.hasErrors()) {
    app.validate(project)
    await app.generateOutputs(project)
  }
  if (app.logger.hasErrors()) throw new Error("TypeDoc has found the errors above")
}

/**
 * Each entry of the package: what a program imports, its file, and the file of what browsers get of it.
 *
 * @returns {{ name: string, file: string, browser: string | undefined }[]}
 */
function entryFiles() {
  /** @type {{ name: string, exports: Record<string, string | { "asyncio-ts:source"?: string | Record<string, string> }> }} */
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return Object.entries(manifest.exports).flatMap(([path, target]) => {
    if (typeof target === "string") return []
    const source = target["asyncio-ts:source"]
    const file = typeof source === "object" ? source["default"] : source
    const browser = typeof source === "object" ? source["browser"] : NEED_NODE.has(path) ? undefined : file
    return file === undefined ? [] : [{ name: join(manifest.name, path), file, browser }]
  })
}

/** What TypeDoc calls an entry. @param {string} file */
const moduleName = (file) => file.replace(/^\.\/src\/|\/?index\.ts$|(?<!index)\.ts$/g, "") || "index"

function inputHash() {
  const hash = createHash("sha256")
  for (const file of globSync(INPUTS, { cwd: root, exclude: ["src/cli"] }).sort()) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest("hex")
}

const count = () => globSync("**/*.md", { cwd: API }).length
