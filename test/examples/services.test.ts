import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { Client } from "asyncio-ts/http"

const folder = join(import.meta.dirname, "../../examples/services")
const NODE = ["--conditions=asyncio-ts:source", "--disable-warning=ExperimentalWarning"]

test("a deadline travels with the request, and the service behind stops when it is over", () =>
  asyncio.run(async () => {
    const child = await asyncio.createSubprocessExec(process.execPath, ...NODE, join(folder, "deadline.ts"), {
      stdout: asyncio.subprocess.PIPE,
    })
    const [output] = await child.communicate()
    const lines = String(output).trim().split("\n")
    assert.deepEqual(lines.slice(0, 2), ["stock: answered in time", "shop, given 1 s: 200 12 in stock"])
    // Each has a deadline of its own for one moment, so either may come to it first.
    assert.deepEqual(lines.slice(2).sort(), ["shop, given 0.25 s: 504 no time left after 0.25 s", "stock: stopped, since nobody waits any more"])
    assert.equal(child.returncode, 0)
  }))

test("on SIGTERM the service finishes what it can within its grace, and gives up the rest", () =>
  asyncio.run(async () => {
    const child = await asyncio.createSubprocessExec(process.execPath, ...NODE, join(folder, "graceful.ts"), "0", "0.6", {
      stdout: asyncio.subprocess.PIPE,
    })
    const [, url = ""] = /^listening on (\S+)$/.exec(String(await child.stdout.readLine()).trim()) ?? []
    const client = new Client({ baseUrl: url })
    const short = asyncio.createTask(client.get("/0.3"))
    const long = asyncio.createTask(client.get("/30"))
    await client.get("/0") // both are in work once a later one was answered
    child.terminate()
    assert.equal(await (await short).text(), "ready after 0.3 s\n")
    assert.equal((await long).status, 503)
    const [output] = await child.communicate()
    assert.deepEqual(String(output).trim().split("\n"), ["SIGTERM: 2 in work", "a brew of 30 s was given up", "closed after 3 requests"])
    assert.equal(child.returncode, 0)
    await client.close()
  }))
