import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { test } from "node:test"
import { skip, startServer } from "../postgres/support/server.ts"

const program = fileURLToPath(new URL("../../examples/database/cancelled-query.ts", import.meta.url))

test("a cancelled query is stopped in the server, and the pool goes on", { skip, timeout: 60_000 }, async () => {
  const server = await startServer()
  try {
    const options = ["--disable-warning=ExperimentalWarning", "--conditions=asyncio-ts:source"]
    const { stdout, stderr } = spawnSync(process.execPath, [...options, program, server.dsn], { encoding: "utf8", timeout: 30_000 })
    assert.equal(stdout, "the server sleeps\ncancelled: true\nthe server has stopped\nTimeoutError\nthe pool is well: tea\n", stderr)
  } finally {
    await server.remove()
  }
})
