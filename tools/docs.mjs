// npm run docs:build [-- --base /PATH/]: the documentation as a site of static files, in site/dist/.
// npm run docs:preview [-- --port N]: serves it on this machine.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { parseArgs } from "node:util"
import { install, root } from "./install.mjs"

const folder = join(root, "site")
const output = join(folder, "dist")
const usage = "usage: docs.mjs [--base /PATH/] | docs.mjs preview [--base /PATH/] [--port N]"

try {
  const { command, base, port } = asked(process.argv.slice(2))
  if (command === "preview") await preview(base, port)
  else await build(base)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode ??= 1
}

/** @param {string[]} args */
function asked(args) {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { base: { type: "string", default: "/" }, port: { type: "string", default: "4173" } } })
    const [command = "build", ...others] = positionals
    const port = Number(values.port)
    if (others.length > 0 || !["build", "preview"].includes(command)) throw new Error(`there is no ${positionals.join(" ")}`)
    if (!/^\/([\w.-]+\/)*$/.test(values.base)) throw new Error(`--base is ${values.base}; it begins and ends with a slash`)
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port is ${values.port}; it is a number up to 65535`)
    return { command, base: values.base, port }
  } catch (error) {
    process.exitCode = 2
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error })
  }
}

/** @param {string} base */
async function build(base) {
  install(folder)
  // By its address: its packages are there only now, and the check of types is not to look for them.
  /** @type {{ buildSite: (options: { base: string, log: (line: string) => void }) => Promise<void> }} */
  const { buildSite } = await import(pathToFileURL(join(folder, "build-site.mjs")).href)
  await buildSite({ base, log: console.log })
  console.log(`The site is in ${output}; any file server can serve it${base === "/" ? ": npm run docs:preview" : ` at ${base}: npm run docs:preview -- --base ${base}`}`)
}

/**
 * @param {string} base
 * @param {number} port
 */
async function preview(base, port) {
  if (!existsSync(join(output, "index.html"))) throw new Error("There is no site yet: npm run docs:build")
  const { serve } = await import("../site/serve.mjs")
  const { url } = await serve(output, { base, port })
  console.log(`${url} (Ctrl-C ends it)`)
}
