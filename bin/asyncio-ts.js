#!/usr/bin/env node
// In the repository, where tools/ is, the command runs from src/ with the project's own Node;
// in the published package, which has no tools/, from dist/.
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const bootstrap = new URL("../tools/bootstrap.mjs", import.meta.url)
if (existsSync(bootstrap)) {
  process.argv.splice(2, 0, fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)))
  await import(bootstrap.href)
} else {
  await import("../dist/node/cli.js")
}
