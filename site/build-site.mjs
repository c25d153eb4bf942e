// Builds the whole site into dist/: the reference, the pages of files, the pages of docs/, and the
// playground, if it has been built.
import { cpSync, existsSync, globSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "vitepress"
import { buildApi } from "./build-api.mjs"
import { checkLinks } from "./check-links.mjs"
import { CACHE, OUTPUT, PLAYGROUND, PLAYGROUND_BUILD, site } from "./places.mjs"
import { writeSourcePages } from "./source-links.mjs"

/**
 * @param {{ base?: string, log?: (line: string) => void }} [options] `base`: the path at which it will be served, with a slash at both ends
 * @throws {Error} for what a reader would stumble over: a dead link, a missing include, an error of TypeDoc
 */
export async function buildSite({ base = "/", log = () => {} } = {}) {
  const started = performance.now()
  const since = () => `${((performance.now() - started) / 1000).toFixed(1)} s`
  sweep()
  log("The reference, of the sources …")
  const api = await buildApi()
  log(`${api.pages} pages of the reference${api.isNew ? "" : ", of an earlier build of the same sources"} (${since()})`)
  log(`${writeSourcePages()} pages of files that others link to`)
  await buildPlayground(log)
  const scratch = join(CACHE, `dist.${process.pid}`)
  mkdirSync(CACHE, { recursive: true })
  // VitePress looks for Vue beside the folder that it is started in.
  process.chdir(site)
  process.env["SITE_BASE"] = base
  try {
    await build(site, { outDir: scratch })
    if (existsSync(PLAYGROUND)) cpSync(PLAYGROUND, join(scratch, "playground"), { recursive: true })
    const { pages, links, dead } = checkLinks(scratch, base)
    if (dead.length > 0) throw new Error(`${dead.slice(0, 50).join("\n")}\n${dead.length} dead links`)
    // Whoever looks meanwhile sees the old site or the new one.
    rmSync(OUTPUT, { recursive: true, force: true })
    renameSync(scratch, OUTPUT)
    const files = globSync("**/*", { cwd: OUTPUT }).map((file) => statSync(join(OUTPUT, file))).filter((file) => file.isFile())
    const bytes = files.reduce((sum, { size }) => sum + size, 0)
    log(`${pages} pages, ${links.toLocaleString("en")} links, none of them dead; ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB (${since()})`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Removes what builds have left that were ended with Ctrl-C: nothing runs then that could do it. */
function sweep() {
  for (const name of globSync("{api,dist}.*", { cwd: CACHE })) {
    const pid = Number(/^(?:api|dist)\.(\d+)$/.exec(name)?.[1])
    if (Number.isInteger(pid) && !isRunning(pid)) rmSync(join(CACHE, name), { recursive: true, force: true })
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** @param {(line: string) => void} log */
async function buildPlayground(log) {
  rmSync(PLAYGROUND, { recursive: true, force: true })
  if (!existsSync(PLAYGROUND_BUILD)) return
  /** @type {{ build: (folder: string) => Promise<{ examples: readonly unknown[] }> }} */
  const { build } = await import(pathToFileURL(PLAYGROUND_BUILD).href)
  const { examples } = await build(PLAYGROUND)
  log(`The playground, with ${examples.length} programs`)
}
