import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { getEventListeners } from "node:events"
import { afterEach, describe, it } from "node:test"
import { setImmediate } from "node:timers/promises"

import * as asyncio from "asyncio-ts"
import { runVirtual } from "asyncio-ts/testing"
import { createSubprocessExec, createSubprocessShell } from "#src/io/create-subprocess.ts"
import { DEVNULL, PIPE, type Process } from "#src/io/subprocess.ts"
import { BrokenPipeError, ProcessLookupError } from "#src/errors/os-errors.ts"
import { random } from "../support/random.ts"
import { alive, listed, noChildLeft, until } from "./support/children.ts"

const skip = process.platform === "win32" && "there is no shell of this kind"

afterEach(noChildLeft)

/** The number of bytes that a reader holds, and whether it has paused its pipe. */
function held(reader: object): { bytes: number; paused: boolean } {
  const [, bytes = ""] = /(\d+) bytes/.exec(String(reader)) ?? []
  return { bytes: Number(bytes), paused: String(reader).includes("paused") }
}

/** A process whose standard output is a pipe that its own child keeps open; and the end of that child. */
async function withGrandchild(): Promise<[Process<null, asyncio.StreamReader, null>, () => void]> {
  const shell = await createSubprocessShell("sleep 100 & echo $!", { stdout: PIPE })
  const pid = Number((await shell.stdout.readLine()).toString())
  return [shell, () => process.kill(pid, "SIGKILL")]
}

describe("communicate", { skip }, () => {
  it("R168: sends the input, closes it, reads both outputs to their end, and waits for the exit", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("cat; echo wrong >&2; exit 3", { stdin: PIPE, stdout: PIPE, stderr: PIPE })
      const [output, errors] = await shell.communicate("tea\n")
      assert.deepEqual([output.toString(), errors.toString(), shell.returncode], ["tea\n", "wrong\n", 3])
    })
  })

  it("R168: gives null for what is no pipe", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("echo out; echo err >&2", { stdout: DEVNULL, stderr: PIPE })
      const [output, errors] = await shell.communicate()
      assert.deepEqual([output, errors.toString()], [null, "err\n"])
      const quiet = await createSubprocessExec("true")
      assert.deepEqual(await quiet.communicate(), [null, null])
    })
  })

  it("R168: takes a child that does not read its input for no error", async () => {
    await asyncio.run(async () => {
      const quiet = await createSubprocessExec("true", { stdin: PIPE, stdout: PIPE })
      const [output] = await quiet.communicate(Buffer.alloc(1_000_000))
      assert.deepEqual([output.length, quiet.returncode], [0, 0])
    })
  })

  it("ends the standard input also without anything to send", async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      assert.deepEqual((await cat.communicate()).map(String), ["", "null"])
    })
  })

  it("brings 100 MB through a child, byte by byte the same", async () => {
    await asyncio.run(async () => {
      const data = Buffer.alloc(100_000_000, "0123456789a")
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      const [back] = await cat.communicate(data)
      assert.ok(back.equals(data))
    })
  })

  it("R169: leaves the process alive when it is cancelled; called again, it gives what was written before and after", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("trap 'echo two; exit' USR1; echo one; while :; do sleep 0.01; done", { stdout: PIPE })
      const task = asyncio.createTask(() => shell.communicate())
      // It says "one" when its trap is set, and by then some of what it wrote is read.
      await until(() => /output waits/.test(waits()) && held(shell.stdout).bytes === 0 && ready(shell.pid), "the shell is ready")
      task.cancel()
      await assert.rejects(task, asyncio.CancelledError)
      assert.equal(shell.returncode, null)
      shell.sendSignal("SIGUSR1")
      const [output] = await shell.communicate()
      assert.deepEqual([output.toString(), shell.returncode], ["one\ntwo\n", 0])
    })

    function waits(): string {
      return [...asyncio.allTasks()].map((task) => `${task.getName()} waits`).join()
    }
    // The shell catches the signal once /proc says so.
    function ready(pid: number): boolean {
      if (!listed) return true
      const caught = /SigCgt:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0"
      return (BigInt(`0x${caught}`) & (1n << 9n)) !== 0n
    }
  })

  it("sends its input once, however often it is cut short, and refuses another one", async () => {
    await asyncio.run(async () => {
      const data = Buffer.alloc(3_000_000, "tea ")
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      cat.sendSignal("SIGSTOP")
      for (const seconds of [0.005, 0.01]) await assert.rejects(asyncio.waitFor(cat.communicate(data), seconds), asyncio.TimeoutError)
      assert.throws(() => cat.communicate("milk"), { name: "RuntimeError", message: /begun with another input/ })
      cat.sendSignal("SIGCONT")
      const [output] = await cat.communicate(Buffer.from(data))
      assert.ok(output.equals(data))
    })
  })

  it("gives the same again once it has ended", async () => {
    await asyncio.run(async () => {
      const echo = await createSubprocessExec("echo", "tea", { stdout: PIPE })
      assert.deepEqual((await echo.communicate())[0].toString(), "tea\n")
      assert.deepEqual((await echo.communicate())[0].toString(), "tea\n")
    })
  })

  it("is for one task at a time", async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      const first = asyncio.createTask(() => cat.communicate("tea"))
      await asyncio.sleep(0)
      await assert.rejects(cat.communicate("tea"), { name: "RuntimeError", message: /another task communicates/ })
      assert.equal(String((await first)[0]), "tea")
    })
  })

  it("refuses an input that cannot be sent, at the call", async () => {
    await asyncio.run(async () => {
      const quiet = await createSubprocessExec("true")
      assert.throws(() => quiet.communicate("tea"), { name: "RangeError", message: /stdin is no pipe/ })
      assert.throws(() => quiet.communicate(7 as never), { name: "TypeError", message: /bytes or text, not 7/ })
      assert.throws(() => quiet.communicate(null, { grace: NaN }), RangeError)
      await quiet.wait()
    })
  })

  it("with a grace, ends though a grandchild holds the pipes; without one it waits for them", async () => {
    await asyncio.run(async () => {
      const [shell, endGrandchild] = await withGrandchild()
      await assert.rejects(asyncio.waitFor(shell.communicate(), 0.03), asyncio.TimeoutError)
      const before = performance.now()
      const [output] = await shell.communicate(null, { grace: 0.02 })
      assert.equal(output.length, 0)
      assert.ok(performance.now() - before < 10_000)
      const whole = asyncio.createTask(() => shell.communicate())
      endGrandchild()
      assert.equal((await whole)[0].length, 0)
    })
  })

  it("with a grace, gives what came in time, and the rest with the next call", async () => {
    await asyncio.run(async () => {
      const grandchild = "trap 'echo late; exit' USR1; echo ready; while :; do sleep 0.01; done"
      const shell = await createSubprocessShell(`(${grandchild}) & echo $!`, { stdout: PIPE })
      // Either may write first.
      const lines = [(await shell.stdout.readLine()).toString(), (await shell.stdout.readLine()).toString()].sort()
      const pid = Number(lines[0])
      assert.equal(lines[1], "ready\n")
      const [early] = await shell.communicate(null, { grace: 0.01 })
      assert.equal(early.toString(), "")
      process.kill(pid, "SIGUSR1")
      const [all] = await shell.communicate()
      assert.equal(all.toString(), "late\n")
    })
  })
})

// Cut short at any turn, and by a time that passes: nothing is lost, doubled or out of order.
if (skip === false) {
  random("communicate gives every byte once, wherever it is cancelled and gone on with", 12, async (choose) => {
    await asyncio.run(async () => {
      const input = Buffer.from(Array.from({ length: 100_000 + choose.below(300_000) }, () => choose.below(256)))
      const cat = await createSubprocessShell("head -c 50000 /dev/zero >&2; cat; head -c 70000 /dev/zero >&2", { stdin: PIPE, stdout: PIPE, stderr: PIPE })
      for (let cuts = 0; cuts < 40; cuts += 1) {
        const task = asyncio.createTask(() => cat.communicate(choose.chance(50) ? input : Buffer.from(input)))
        if (choose.chance(20)) await asyncio.sleep(choose.below(3) / 1000)
        for (let turns = choose.below(12); turns > 0; turns -= 1) await asyncio.sleep(0)
        if (!task.cancel()) break
        await asyncio.wait([task])
      }
      const [output, errors] = await cat.communicate()
      assert.ok(output.equals(input), `${output.length} bytes of ${input.length}`)
      assert.equal(errors.length, 120_000)
    })
  })
}

describe("wait", { skip }, () => {
  it("R170: gives the code to several tasks, also later and again", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("read line; exit 7", { stdin: PIPE })
      const waiting = [1, 2, 3].map(() => asyncio.createTask(() => shell.wait()))
      await asyncio.sleep(0)
      shell.stdin.write("go\n")
      assert.deepEqual(await asyncio.gather(waiting), [7, 7, 7])
      assert.equal(await shell.wait(), 7)
    })
  })

  it("R170: ends with the process though a grandchild holds its pipes", async () => {
    await asyncio.run(async () => {
      const [shell, endGrandchild] = await withGrandchild()
      assert.equal(await asyncio.waitFor(shell.wait(), 5), 0)
      assert.ok(!shell.stdout.atEof())
      endGrandchild()
      assert.equal((await shell.stdout.read()).length, 0)
    })
  })

  it("R170: cancelled, leaves the process and the others who wait alone", async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", { stdin: PIPE })
      const [one, other] = [asyncio.createTask(() => cat.wait()), asyncio.createTask(() => cat.wait())]
      await asyncio.sleep(0)
      one.cancel()
      await assert.rejects(one, asyncio.CancelledError)
      cat.stdin.close()
      assert.equal(await other, 0)
    })
  })
})

it("a process holds a virtual clock while somebody waits for it, or for what it writes", { skip }, async () => {
  await runVirtual(async () => {
    const loop = asyncio.getRunningLoop()
    const shell = await createSubprocessShell("echo tea; sleep 0.03; echo milk; sleep 0.03; exit 3", { stdout: PIPE })
    assert.equal(String((await asyncio.waitFor(shell.communicate(), 1))[0]), "tea\nmilk\n")
    const sleeper = await createSubprocessExec("sleep", "0.03")
    assert.equal(await asyncio.waitFor(sleeper.wait(), 1), 0)
    assert.equal(loop.time(), 0)
  })
})

describe("the streams of a process", { skip }, () => {
  it("give lines as they come, and take lines while it runs", async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      for (const kind of ["Masala\n", "Green\n"]) {
        cat.stdin.write(kind)
        await cat.stdin.drain()
        assert.equal((await cat.stdout.readLine()).toString(), kind)
      }
      cat.stdin.close()
      await cat.stdin.waitClosed()
      const rest: Buffer[] = []
      for await (const line of cat.stdout) rest.push(line)
      assert.deepEqual([rest, await cat.wait()], [[], 0])
    })
  })

  it("hold a child back that writes a gigabyte which nobody reads", { skip: !listed && "no /proc" }, async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessExec("head", "-c", "1073741824", "/dev/zero", { stdout: PIPE })
      const written = (): number => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${child.pid}/io`, "utf8"))?.[1])
      const sleeping = (): boolean => /State:\s+S/.test(readFileSync(`/proc/${child.pid}/status`, "utf8"))
      await until(() => held(child.stdout).paused && sleeping(), "the child waits")
      const before = written()
      assert.ok(before < 2_000_000, `${before} bytes were written`)
      assert.ok(held(child.stdout).bytes < 300_000)
      await child.stdout.readExactly(5_000_000)
      assert.ok(written() > 5_000_000)
      await until(() => held(child.stdout).paused && sleeping(), "the child waits again")
      assert.ok(written() < 7_000_000)
      await child[Symbol.asyncDispose]()
      assert.equal(child.returncode, -9)
    })
  })

  it("stay paused when the child exits, and lose nothing", async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessShell("head -c 3000 /dev/zero; read go; head -c 60000 /dev/zero", { stdin: PIPE, stdout: PIPE, limit: 1000 })
      await until(() => held(child.stdout).paused, "the reader has enough")
      child.stdin.write("go\n")
      await child.wait()
      for (let i = 0; i < 20; i += 1) await setImmediate()
      assert.equal(held(child.stdout).bytes, 3000)
      assert.equal((await child.stdout.read()).length, 63_000)
    })
  })

  it("make a writer wait while the child does not read", async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", { stdin: PIPE, stdout: DEVNULL })
      cat.sendSignal("SIGSTOP")
      cat.stdin.write(Buffer.alloc(2_000_000))
      const drained = asyncio.createTask(() => cat.stdin.drain())
      await asyncio.sleep(0.01)
      assert.ok(!drained.done())
      cat.sendSignal("SIGCONT")
      await drained
      cat.stdin.close()
      assert.equal(await cat.wait(), 0)
    })
  })

  it("leave what was written to a grandchild, when the child exits before it was read", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("exec 3<&0; cat <&3 & exit 4", { stdin: PIPE, stdout: PIPE })
      shell.stdin.write(Buffer.alloc(2_000_000))
      assert.equal(await shell.wait(), 4)
      assert.equal((await shell.stdout.read()).length, 2_000_000)
    })
  })

  it("tell a writer that the child no longer reads", async () => {
    await asyncio.run(async () => {
      const quiet = await createSubprocessExec("true", { stdin: PIPE })
      await quiet.wait()
      quiet.stdin.write("tea")
      await assert.rejects(quiet.stdin.drain(), { name: "ConnectionResetError" })
    })
  })

  it("tell a writer of small pieces, who never has to wait, that the child no longer reads", async () => {
    await asyncio.run(async () => {
      const head = await createSubprocessExec("head", "-n", "3", { stdin: PIPE, stdout: DEVNULL })
      let pieces = 0
      const write = async (): Promise<void> => {
        for (; pieces < 1_000_000; pieces += 1) {
          head.stdin.write("a line of text\n")
          await head.stdin.drain()
        }
      }
      await assert.rejects(write(), { name: "ConnectionResetError" })
      assert.equal(await head.wait(), 0)
    })
  })

  it("tell a writer why the pipe broke", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("exec <&-; echo closed; exec sleep 100", { stdin: PIPE, stdout: PIPE })
      await shell.stdout.readLine()
      shell.stdin.write("tea")
      await assert.rejects(shell.stdin.waitClosed(), (error) => {
        assert.ok(error instanceof BrokenPipeError || (error as Error).name === "ConnectionResetError", String(error))
        assert.match((error as Error).message, /cannot write to standard input of \/bin\/sh \(process \d+\)/)
        return true
      })
      await shell[Symbol.asyncDispose]()
    })
  })
})

describe("signals to a process", { skip }, () => {
  it("end it with a return code below zero", async () => {
    await asyncio.run(async () => {
      const ends: [(child: Process) => void, number][] = [
        [(child) => child.kill(), -9],
        [(child) => child.terminate(), -15],
        [(child) => child.sendSignal("SIGHUP"), -1],
        [(child) => child.sendSignal(2), -2],
      ]
      for (const [end, code] of ends) {
        const child = await createSubprocessExec("sleep", "100")
        end(child)
        assert.equal(await child.wait(), code)
        assert.equal(child.returncode, code)
      }
    })
  })

  it("are a ProcessLookupError once it is gone, and nothing while its outputs are still open", async () => {
    await asyncio.run(async () => {
      const [shell, endGrandchild] = await withGrandchild()
      await shell.wait()
      shell.kill()
      endGrandchild()
      await shell.stdout.read()
      for (const send of [() => shell.kill(), () => shell.terminate(), () => shell.sendSignal("SIGHUP")]) {
        assert.throws(send, (error) => error instanceof ProcessLookupError && /process \d+ has ended with 0/.test(error.message))
      }
    })
  })

  it("are checked", async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessExec("sleep", "100")
      assert.throws(() => child.sendSignal("SIGTEA" as never), RangeError)
      assert.throws(() => child.sendSignal(1.5), TypeError)
      assert.throws(() => child.sendSignal(undefined as never), TypeError)
      child.sendSignal(0)
      assert.equal(child.returncode, null)
      await child[Symbol.asyncDispose]()
    })
  })
})

describe("disposal", { skip }, () => {
  it("kills a process that runs, and waits for its end", async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessExec("sleep", "100", { stdin: PIPE, stdout: PIPE })
      await child[Symbol.asyncDispose]()
      assert.equal(child.returncode, -9)
      assert.ok(!alive(child.pid))
      await child[Symbol.asyncDispose]()
    })
  })

  it("does nothing to one that has ended", async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessExec("true")
      await child.wait()
      await child[Symbol.asyncDispose]()
      assert.equal(child.returncode, 0)
    })
  })

  it("asks by killSignal first, and kills one that outlives the grace", async () => {
    await asyncio.run(async () => {
      const polite = await createSubprocessShell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done", { stdout: PIPE, killSignal: "SIGTERM" })
      await polite.stdout.readLine()
      const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
      const before = timers()
      await polite[Symbol.asyncDispose]()
      assert.equal(polite.returncode, 5)
      assert.ok(timers() <= before, "the grace is over with the process")
      const deaf = await createSubprocessShell("trap '' TERM; echo ready; while :; do sleep 0.01; done", {
        stdout: PIPE,
        killSignal: "SIGTERM",
        graceSeconds: 0.05,
      })
      await deaf.stdout.readLine()
      await deaf[Symbol.asyncDispose]()
      assert.equal(deaf.returncode, -9)
    })
  })

  it("is not cut short by a cancellation", async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessShell("trap 'sleep 0.03; exit 5' TERM; echo ready; while :; do sleep 0.01; done", { stdout: PIPE, killSignal: "SIGTERM" })
      await child.stdout.readLine()
      const task = asyncio.createTask(() => child[Symbol.asyncDispose]())
      await asyncio.sleep(0)
      task.cancel()
      await assert.rejects(task, asyncio.CancelledError)
      assert.equal(child.returncode, 5)
    })
  })

  it("ends the whole group of one that has a session of its own", { skip: !listed && "no /proc" }, async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("sleep 100 & echo $!; wait", { stdout: PIPE, startNewSession: true })
      const pid = Number((await shell.stdout.readLine()).toString())
      assert.ok(alive(pid))
      await shell[Symbol.asyncDispose]()
      await until(() => !alive(pid), "the grandchild has ended")
    })
  })

  it("ends the group also when its leader has gone before, while somebody of it holds a pipe", { skip: !listed && "no /proc" }, async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("sleep 100 & echo $!", { stdout: PIPE, startNewSession: true })
      const pid = Number((await shell.stdout.readLine()).toString())
      await shell.wait()
      assert.ok(alive(pid))
      await shell[Symbol.asyncDispose]()
      await until(() => !alive(pid), "the grandchild has ended")
    })
  })

  it("comes with an AbortSignal, on which nothing is left afterwards", async () => {
    await asyncio.run(async () => {
      const controller = new AbortController()
      const quick = await createSubprocessExec("true", { signal: controller.signal })
      await quick.wait()
      assert.equal(getEventListeners(controller.signal, "abort").length, 0)
      const slow = await createSubprocessExec("sleep", "100", { signal: controller.signal })
      controller.abort()
      assert.equal(await slow.wait(), -9)
      assert.throws(() => slow.kill(), ProcessLookupError)
      await assert.rejects(createSubprocessExec("sleep", "100", { signal: controller.signal }), asyncio.CancelledError)
    })
  })

  it("comes with an AbortSignal that aborts while the process is started", async () => {
    await asyncio.run(async () => {
      for (let turns = 1; turns < 4; turns += 1) {
        const controller = new AbortController()
        const task = asyncio.createTask(() => createSubprocessExec("sleep", "100", { signal: controller.signal, stdin: PIPE, stdout: PIPE }))
        for (let i = 0; i < turns; i += 1) await asyncio.sleep(0)
        controller.abort()
        const child = await task
        assert.equal(await child.wait(), -9)
        assert.equal((await child.stdout.read()).length, 0)
      }
    })
  })

  it("comes with the end of the loop, which in debug mode says so", async () => {
    const warnings: string[] = []
    // A machine that is busy is told of steps that took their time, too.
    const warned = ({ message }: Error): void => void (message.includes("still open") && warnings.push(message))
    process.on("warning", warned)
    let child: Process | undefined
    await asyncio.run(
      async () => {
        child = await createSubprocessExec("sleep", "100", { stdout: PIPE })
      },
      { debug: true },
    )
    await noChildLeft()
    await until(() => warnings.length > 0, "a warning")
    await setImmediate()
    process.off("warning", warned)
    assert.equal(child?.returncode, -9)
    assert.match(warnings.join(), /^<SubprocessTransport sleep pid=\d+ running stdout=open> was still open/)
    assert.equal(warnings.length, 1)
  })
})

it("a process prints as its number and how it ended", { skip }, async () => {
  await asyncio.run(async () => {
    const child = await createSubprocessExec("false")
    assert.equal(String(child), `<Process ${child.pid}>`)
    await child.wait()
    assert.equal(String(child), `<Process ${child.pid} returncode=1>`)
  })
})
