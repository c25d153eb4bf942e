// node bundle.mjs FOLDER FILE...: makes each test file one module, under the folder's bundled/: what takes
// each of thousands of processes most of its time else is to find the modules.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"

const [folder = ".", ...files] = process.argv.slice(2)
const { name, peerDependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

await build({
  absWorkingDir: folder,
  entryPoints: files,
  outdir: join(folder, "bundled"),
  outbase: folder,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "esnext",
  conditions: ["asyncio-ts:source"],
  alias: { [`${name}/testing`]: "./src/testing/index.ts", [name]: "./src/index.ts" },
  external: Object.keys({ ...peerDependencies, ...devDependencies }),
  // Some tests look at the names of functions and classes.
  keepNames: true,
  // What the package says of side effects is of dist/ and src/ together, which are not all here.
  ignoreAnnotations: true,
  logLevel: "error",
})
