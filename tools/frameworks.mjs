// npm run frameworks: the tests of asyncio-ts/handler in real web frameworks, which stand in a
// folder of their own with what they need.
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { join } from "node:path"
import { root } from "./install.mjs"
import { SOURCE_CONDITION } from "./project-node.mjs"

const folder = join(root, "fixtures", "frameworks")
const files = globSync("*.test.ts", { cwd: folder }).sort()
const { status } = spawnSync(process.execPath, [`--conditions=${SOURCE_CONDITION}`, "--test", ...process.argv.slice(2), ...files], {
  cwd: folder,
  stdio: "inherit",
})
process.exitCode = status ?? 1
