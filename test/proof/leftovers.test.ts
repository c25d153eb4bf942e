import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { outputApart, scratchFolder } from "../../proof/leftovers.ts"

const LEFTOVERS = new URL("../../proof/leftovers.ts", import.meta.url).href
const skip = process.platform === "win32" && "there are no groups of processes there"

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test("a process that exits in the midst leaves no folder and no process", { skip }, async () => {
  const program = `
    import { scratchFolder, startApart } from ${JSON.stringify(LEFTOVERS)}
    const { folder } = scratchFolder("leftovers-test")
    const { pid } = startApart(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }, new AbortController().signal)
    console.log(JSON.stringify({ folder, pid }))
    process.exit()`
  const stdout = execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], { cwd: fileURLToPath(new URL("../../", import.meta.url)), encoding: "utf8" })
  const { folder, pid } = JSON.parse(stdout) as { folder: string; pid: number } // of the program above
  assert.equal(existsSync(folder), false)
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 5))
})

test("what is interrupted ends with all that it has started", { skip }, async () => {
  const controller = new AbortController()
  // The inner one holds the pipe open, so this ends only once both have.
  const program = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" }); setInterval(() => {}, 1000)`
  const ended = outputApart(process.execPath, ["-e", program], {}, controller.signal)
  setTimeout(() => controller.abort(), 100)
  assert.equal((await ended).code, null)
})

test("a folder is gone once it is removed", () => {
  const { folder, remove } = scratchFolder("leftovers-test")
  assert.ok(existsSync(folder))
  remove()
  assert.equal(existsSync(folder), false)
})
