// npm run build: dist/ anew, with declarations and maps. Nothing of an earlier build stays,
// so that what is published is what src/ holds.
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { root } from "./install.mjs"

rmSync(join(root, "dist"), { recursive: true, force: true })
const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
const { status } = spawnSync(process.execPath, [tsc, "-b", "tsconfig.node.json"], { cwd: root, stdio: "inherit" })
process.exitCode = status ?? 1
