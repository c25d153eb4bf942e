/** The programs that tests need of the system are those that `npm run test:system` installs. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { root } from "./entries.ts"

test("tools/test-system.mjs lists each program that a test needs, with its Debian package, and no other", () => {
  const files = globSync("{test,fixtures}/**/*.ts", { cwd: root, exclude: ["**/node_modules"] })
  const asked = files.flatMap((file) => pairsIn(readFileSync(join(root, file), "utf8"), /^(?! \*).*?\bneeds\("([^"]+)", "([^"]+)"\)/gm))
  const listed = pairsIn(readFileSync(join(root, "tools/test-system.mjs"), "utf8"), /\{ program: "([^"]+)", debianPackage: "([^"]+)" \}/g)
  assert.ok(listed.length >= 10)
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(asked)].sort())
})

function pairsIn(source: string, pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, program, debianPackage]) => `${program} of ${debianPackage}`)
}
