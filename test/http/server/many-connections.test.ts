/** Five thousand connections at once, opened by a second process. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { it } from "node:test"
import { fileURLToPath } from "node:url"
import * as asyncio from "asyncio-ts"
import { FastResponse } from "asyncio-ts/http"
import { serving } from "./support.ts"

const CONNECTIONS = 5_000

it(`answers ${CONNECTIONS} connections that are open at once, all of them`, async () => {
  const all = new asyncio.Event()
  let waiting = 0
  const handler = async (): Promise<Response> => {
    waiting += 1
    if (waiting === CONNECTIONS) all.set()
    await all.wait() // nobody is answered before the last has come
    return new FastResponse("tea")
  }
  await serving(handler, {}, async ({ port, server }) => {
    const program = fileURLToPath(new URL("programs/many-clients.mjs", import.meta.url))
    const child = spawn(process.execPath, [program, String(port), String(CONNECTIONS)], { stdio: ["ignore", "pipe", "inherit"] })
    let out = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    await asyncio.wrapFuture(new Promise((resolve) => child.on("close", resolve)))
    assert.equal(out, `${CONNECTIONS} answered, 0 failed\n`)
    assert.equal(server.statistics().served, CONNECTIONS)
  })
})
