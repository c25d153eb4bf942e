// npm run test:runtime [22|24]...: `npm test` on the other Node versions, without the tests of pages and proofs.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { install, root } from "./install.mjs"
import { environment } from "./project-node.mjs"

/** For all tests on one of them: they take longer than the project's own. */
const LIMIT_SECONDS = 25 * 60
const folder = join(root, "tools", "runtimes")
install(folder)

const installed = new Map(
  readdirSync(join(folder, "node_modules")).flatMap((name) => {
    const major = /^node-(\d+)-/.exec(name)?.[1]
    const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node")
    return major !== undefined && existsSync(program) ? [[major, program]] : []
  }),
)
const asked = process.argv.slice(2)
let worst = 0

for (const major of asked.length > 0 ? asked : installed.keys()) {
  const node = installed.get(major)
  if (node === undefined) {
    console.error(
      `No Node ${major} for ${process.platform} on ${process.arch} in tools/runtimes/package.json ` +
        `(there is ${[...installed.keys()].join(", ") || "none"}). Name one: ASYNCIO_TS_NODE=/path/to/node npm test`,
    )
    worst = 1
    continue
  }
  const { status } = spawnSync(node, [join(root, "tools", "test.mjs")], { stdio: "inherit", env: { ...environment(node), ASYNCIO_TS_TEST_LIMIT: String(LIMIT_SECONDS), ASYNCIO_TS_OTHER_NODE: "1" } })
  worst = Math.max(worst, status ?? 1)
}
process.exitCode = worst
