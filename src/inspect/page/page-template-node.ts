import { existsSync, readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { RuntimeError } from "../../errors/misuse.ts"

/** This file where it is a module: in the sources, in the package's modules, and in the CommonJS copy. */
const MODULE = /\/(commonjs\/)?inspect\/page\/page-template-node\.([jt]s)$/

/**
 * The page that shows a recording, with a place for it: the package brings it built, and in the
 * repository it is built when it is first needed.
 *
 * @throws RuntimeError where it is not there.
 */
export async function pageTemplate(): Promise<string> {
  // Not import.meta.url, which the CommonJS copy cannot have; without source maps, by which this would
  // be the file in the sources; nor an import of node:util, with which Node opens the standard output.
  const script = process.getBuiltinModule("node:util").getCallSites(1, { sourceMap: false })[0]?.scriptName ?? ""
  const own = script.startsWith("file:") ? new URL(script) : pathToFileURL(script)
  const [, commonjs, extension] = MODULE.exec(own.href) ?? []
  if (extension === "ts") {
    const { builtPage } = (await import(new URL("../../../viewer/build.mjs", own).href)) as { builtPage: () => Promise<string> } // what that file exports
    return builtPage()
  }
  // Of a bundle for Node, dist/ is the folder above.
  const built = new URL(commonjs === undefined ? (extension === undefined ? "../page.html" : "../../page.html") : "../../../page.html", own)
  const page = existsSync(built) ? readFileSync(built, "utf8") : ""
  // Beside a program that was bundled there may be another page of that name.
  if (page.includes("%recording%")) return page
  throw new RuntimeError(
    `cannot make a page of a recording from ${script}: a bundle leaves out the page that shows it; mark asyncio-ts as external for your bundler`,
  )
}
