/** What CPython's tests of subprocesses ask for and those of ours under `test/io` do not; see test_subprocess.md. */
import assert from "node:assert/strict"
import { afterEach, describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { ProcessLookupError } from "#src/errors/os-errors.ts"
import { createSubprocessExec, createSubprocessShell, subprocessExec } from "#src/io/create-subprocess.ts"
import { SubprocessProtocol } from "#src/io/protocol.ts"
import { DEVNULL, PIPE } from "#src/io/subprocess.ts"
import type { WriteTransport } from "#src/io/transport.ts"
import { noChildLeft } from "../io/support/children.ts"

const skip = process.platform === "win32" && "there is no shell of this kind"

afterEach(noChildLeft)

describe("a child process", { skip }, () => {
  it("that runs a command of its own is killed and waited for, while that command holds the pipes", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("sleep 100 & echo $!; sleep 100", { stdin: PIPE, stdout: PIPE, startNewSession: true })
      await shell.stdout.readLine()
      shell.kill()
      assert.equal(await asyncio.waitFor(shell.wait(), 5), -9)
      await shell[Symbol.asyncDispose]()
    })
  })

  it("does not hold open the input of another one", async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      const other = await createSubprocessExec("sleep", "100", { stdin: PIPE, stdout: PIPE })
      cat.stdin.close()
      assert.equal((await asyncio.waitFor(cat.stdout.read(), 5)).length, 0)
      assert.equal(await cat.wait(), 0)
      await other[Symbol.asyncDispose]()
    })
  })

  it("is sent signals until it is gone, and then nothing but a ProcessLookupError comes of them", async () => {
    await asyncio.run(async () => {
      let sent = 0
      for (let i = 0; i < 10; i += 1) {
        const child = await createSubprocessExec("sh", "-c", "trap '' HUP; sleep 0.05", { stdin: DEVNULL })
        await assert.rejects(
          asyncio.waitFor(async () => {
            for (;;) {
              child.sendSignal(0)
              sent += 1
              await asyncio.sleep(0)
            }
          }, 5),
          ProcessLookupError,
        )
        assert.notEqual(child.returncode, null)
      }
      assert.ok(sent > 0)
    })
  })

  it("whose output is closed on this side hears of it when it writes", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const heard: string[] = []
      const got = new asyncio.Event()
      const over = new asyncio.Event()
      class Listener extends SubprocessProtocol {
        override pipeDataReceived(fd: number, data: Buffer): void {
          heard.push(`${fd}: ${data.toString()}`)
          got.set()
        }
        override pipeConnectionLost(fd: number): void {
          heard.push(`${fd} lost`)
        }
        override connectionLost(): void {
          over.set()
        }
      }
      const [transport] = await subprocessExec(loop, () => new Listener(), "cat", { stderr: DEVNULL })
      const stdin = transport.getPipeTransport(0) as WriteTransport
      stdin.write("tea")
      await got.wait()
      transport.getPipeTransport(1)?.close()
      stdin.write("milk")
      await over.wait()
      assert.notEqual(transport.getReturncode(), 0)
      assert.deepEqual(heard.slice(0, 2), ["1: tea", "1 lost"])
    })
  })

  it("takes an empty input for the end of it", async () => {
    await asyncio.run(async () => {
      for (const input of ["", new Uint8Array(), null]) {
        const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
        assert.equal(String((await cat.communicate(input))[0]), "")
        assert.equal(cat.returncode, 0)
      }
    })
  })

  it("of a shell has the variables that it is given", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("printf %s \"$TEA\"", { stdout: PIPE, env: { TEA: "Masala" } })
      assert.equal(String((await shell.communicate())[0]), "Masala")
    })
  })
})
