import assert from "node:assert/strict"
import { afterEach, describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { subprocessExec, subprocessShell } from "#src/io/create-subprocess.ts"
import { DEVNULL, PIPE, STDOUT } from "#src/io/subprocess.ts"
import { SubprocessProtocol } from "#src/io/protocol.ts"
import type { BaseTransport } from "#src/io/base-transport.ts"
import type { ReadTransport, SubprocessTransport, WriteTransport } from "#src/io/transport.ts"
import { ProcessLookupError } from "#src/errors/os-errors.ts"
import { noChildLeft } from "./support/children.ts"

const skip = process.platform === "win32" && "there is no shell of this kind"

afterEach(noChildLeft)

/** Writes down what it hears. */
class Listener extends SubprocessProtocol {
  readonly heard: string[] = []
  readonly over: asyncio.Future<void>
  transport: SubprocessTransport | undefined

  constructor(loop: asyncio.EventLoop) {
    super()
    this.over = loop.createFuture()
  }

  override connectionMade(transport: BaseTransport): void {
    this.transport = transport as SubprocessTransport
    this.heard.push("made")
  }

  override pipeDataReceived(fd: number, data: Buffer): void {
    this.heard.push(`${fd}: ${data.toString()}`)
  }

  override pipeConnectionLost(fd: number, error: unknown): void {
    this.heard.push(`${fd} lost${error === null ? "" : ` by ${(error as Error).name}`}`)
  }

  override processExited(): void {
    this.heard.push(`exited ${this.transport?.getReturncode()}`)
  }

  override connectionLost(error: unknown): void {
    this.heard.push(`lost ${String(error)}`)
    this.over.setResult(undefined)
  }
}

describe("a subprocess transport", { skip }, () => {
  it("tells its protocol of the beginning first, of data and the exit, and of the end once and last", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const [transport, protocol] = await subprocessExec(loop, () => new Listener(loop), "cat")
      assert.deepEqual(protocol.heard, ["made"])
      assert.equal(protocol.transport, transport)
      const stdin = transport.getPipeTransport(0) as WriteTransport
      stdin.write("tea")
      stdin.writeEof()
      await protocol.over
      const { heard } = protocol
      assert.equal(heard.at(-1), "lost null")
      assert.deepEqual(heard.toSorted(), ["0 lost", "1 lost", "1: tea", "2 lost", "exited 0", "lost null", "made"])
      assert.ok(heard.indexOf("1: tea") < heard.indexOf("1 lost"))
    })
  })

  it("has pipes for all three streams, unless the options say otherwise", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const pipes = (transport: SubprocessTransport): boolean[] => [0, 1, 2, 3].map((fd) => transport.getPipeTransport(fd) !== undefined)
      const [all, first] = await subprocessExec(loop, () => new Listener(loop), "true")
      assert.deepEqual(pipes(all), [true, true, true, false])
      const [one, second] = await subprocessShell(loop, () => new Listener(loop), "echo out; echo err >&2", { stdin: DEVNULL, stdout: PIPE, stderr: STDOUT })
      assert.deepEqual(pipes(one), [false, true, false, false])
      await asyncio.gather([first.over, second.over])
      assert.equal(second.heard.filter((text) => text.startsWith("1: ")).map((text) => text.slice(3)).join(""), "out\nerr\n")
    })
  })

  it("tells of the exit while a grandchild holds the pipes, and of the end when it lets them go", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      class ToldOfExit extends Listener {
        readonly exited = loop.createFuture<void>()
        override processExited(): void {
          super.processExited()
          this.exited.setResult(undefined)
        }
      }
      const [transport, protocol] = await subprocessShell(loop, () => new ToldOfExit(loop), "sleep 100 & echo $!")
      await protocol.exited
      assert.equal(transport.getReturncode(), 0)
      assert.ok(!protocol.over.done())
      transport.kill() // Nothing is left to kill, and nothing is wrong yet.
      process.kill(Number(protocol.heard.find((text) => text.startsWith("1: "))?.slice(3)), "SIGKILL")
      await protocol.over
      assert.throws(() => transport.kill(), ProcessLookupError)
    })
  })

  it("kills a process that runs when it is closed, and leaves one alone that has ended", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const [running, first] = await subprocessExec(loop, () => new Listener(loop), "sleep", "100")
      running.close()
      assert.ok(running.isClosing())
      running.close()
      await first.over
      assert.equal(running.getReturncode(), -9)
      const [ended, second] = await subprocessExec(loop, () => new Listener(loop), "true")
      await second.over
      ended.close()
      assert.equal(ended.getReturncode(), 0)
    })
  })

  it("stops a child that writes while its reading is paused, from the beginning on", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      class Paused extends Listener {
        override connectionMade(transport: BaseTransport): void {
          super.connectionMade(transport)
          ;((transport as SubprocessTransport).getPipeTransport(1) as ReadTransport).pauseReading()
        }
      }
      const [transport, protocol] = await subprocessShell(loop, () => new Paused(loop), "echo tea; echo wrong >&2; exec >&2; echo done >&2")
      while (!protocol.heard.some((text) => text.includes("done"))) await asyncio.sleep(0.001)
      assert.ok(!protocol.heard.some((text) => text.startsWith("1: ")))
      ;(transport.getPipeTransport(1) as ReadTransport).resumeReading()
      await protocol.over
      assert.ok(protocol.heard.includes("1: tea\n"))
    })
  })

  it("tells its protocol when its input is full and when it is not", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      class Flow extends Listener {
        override pauseWriting(): void {
          this.heard.push("pause")
        }
        override resumeWriting(): void {
          this.heard.push("resume")
        }
      }
      const [transport, protocol] = await subprocessExec(loop, () => new Flow(loop), "cat", { stdout: DEVNULL })
      const stdin = transport.getPipeTransport(0) as WriteTransport
      stdin.write(Buffer.alloc(3_000_000))
      assert.ok(stdin.getWriteBufferSize() > 0)
      stdin.close()
      await protocol.over
      assert.deepEqual(protocol.heard.filter((text) => /pause|resume/.test(text)), ["pause", "resume"])
    })
  })

  it("reports what its protocol throws, and goes on", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const reports: string[] = []
      loop.setExceptionHandler((_loop, { message, exception, transport, protocol }) => {
        assert.ok(transport !== undefined && protocol instanceof Listener)
        reports.push(`${message} ${(exception as Error).message}`)
      })
      class Broken extends Listener {
        override pipeDataReceived(fd: number, data: Buffer): void {
          super.pipeDataReceived(fd, data)
          throw new Error("spilt")
        }
        override processExited(): void {
          super.processExited()
          throw new Error("broken")
        }
      }
      const [, protocol] = await subprocessExec(loop, () => new Broken(loop), "echo", "tea")
      await protocol.over
      assert.deepEqual(reports.toSorted(), ["protocol.pipeDataReceived() call failed. spilt", "protocol.processExited() call failed. broken"])
      assert.equal(protocol.heard.at(-1), "lost null")
    })
  })

  it("calls its protocol in a context of its own: no task, the loop, and the variables of who started it", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const user = new asyncio.ContextVar<string>("user")
      user.set("Alice")
      const seen: unknown[] = []
      class Asks extends Listener {
        override processExited(): void {
          seen.push(asyncio.currentTask(), asyncio.getRunningLoop() === loop, user.get())
        }
      }
      const [, protocol] = await subprocessExec(loop, () => new Asks(loop), "true")
      user.set("Bob")
      await protocol.over
      assert.deepEqual(seen, [undefined, true, "Alice"])
    })
  })

  it("knows its process, and prints how it stands", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const [transport, protocol] = await subprocessExec(loop, () => new Listener(loop), "cat", { stderr: null })
      const pid = transport.getPid()
      assert.equal(String(transport), `<SubprocessTransport cat pid=${pid} running stdin=open stdout=open>`)
      assert.equal((transport.getExtraInfo("subprocess") as { pid: number }).pid, pid)
      assert.equal(transport.getExtraInfo("peername", "none"), "none")
      assert.equal(transport.getReturncode(), undefined)
      assert.equal(transport.getProtocol(), protocol)
      const other = new Listener(loop)
      transport.setProtocol(other)
      transport.terminate()
      await other.over
      assert.equal(String(transport), `<SubprocessTransport cat pid=${pid} returncode=-15 stdin=closed stdout=closed>`)
    })
  })

  it("fails with what its factory throws, before anything is started", async () => {
    await asyncio.run(async () => {
      const loop = asyncio.getRunningLoop()
      const factory = (): never => {
        throw new Error("no protocol")
      }
      await assert.rejects(subprocessExec(loop, factory, "true"), { message: "no protocol" })
      assert.throws(() => subprocessExec(loop, null as never, "true"), TypeError)
      assert.throws(() => subprocessShell(loop, () => new Listener(loop), 7 as never), TypeError)
      assert.equal(loop.resources.size, 0)
    })
  })
})
