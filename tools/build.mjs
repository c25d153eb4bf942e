// npm run build: dist/ anew, with declarations and maps. Nothing of an earlier build stays,
// so that what is published is what src/ holds.
import { spawnSync } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./install.mjs"

rmSync(join(root, "dist"), { recursive: true, force: true })
const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
const steps = [["-b", "tsconfig.node.json"], ["-p", "tsconfig.commonjs.json"]]
process.exitCode = Math.max(...steps.map((step) => spawnSync(process.execPath, [tsc, ...step], { cwd: root, stdio: "inherit" }).status ?? 1))
// The folder is in a package of modules.
writeFileSync(join(root, "dist", "commonjs", "package.json"), '{ "type": "commonjs" }\n')
