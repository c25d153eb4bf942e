// npm run build: dist/ anew, with declarations and maps. Nothing of an earlier build stays,
// so that what is published is what src/ holds: bundles for Node; each module on its own, for
// browsers, whose bundlers leave out what is not used; and CommonJS.
import { spawnSync } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "./bundle.mjs"
import { root } from "./install.mjs"
import { builtPage } from "../viewer/build.mjs"

rmSync(join(root, "dist"), { recursive: true, force: true })
const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
const steps = [["-b", "tsconfig.node.json"], ["-p", "tsconfig.commonjs.json"]]
process.exitCode = Math.max(...steps.map((step) => spawnSync(process.execPath, [tsc, ...step], { cwd: root, stdio: "inherit" }).status ?? 1))
// The folder is in a package of modules.
writeFileSync(join(root, "dist", "commonjs", "package.json"), '{ "type": "commonjs" }\n')
await bundle()
// The page that shows recordings has packages of its own, which are installed with it.
writeFileSync(join(root, "dist", "page.html"), await builtPage())
