import assert from "node:assert/strict"
import { closeSync, chmodSync, createWriteStream, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { after, afterEach, describe, it } from "node:test"

import * as asyncio from "asyncio-ts"
import { createSubprocessExec, createSubprocessShell } from "#src/io/create-subprocess.ts"
import { DEVNULL, PIPE, STDOUT } from "#src/io/subprocess.ts"
import { FileNotFoundError, NotADirectoryError, OSError, PermissionError } from "#src/errors/os-errors.ts"
import { children, listed, look, noChildLeft, until } from "./support/children.ts"

const skip = process.platform === "win32" && "there is no shell of this kind"
const root = process.getuid?.() === 0
const folder = realpathSync(mkdtempSync(join(tmpdir(), "asyncio-test-")))

/** What Node has open of the kinds in question. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /Pipe|Process|Socket/.test(name)).length
}
const handlesBefore = handles()

afterEach(noChildLeft)
after(() => rmSync(folder, { recursive: true }))

/** What a program writes on its standard output. */
async function outputOf(coroutine: PromiseLike<{ communicate(): PromiseLike<[Buffer | null, Buffer | null]> }>): Promise<string> {
  const [output] = await (await coroutine).communicate()
  return String(output)
}

describe("createSubprocessExec", { skip }, () => {
  it("gives each argument to the program as it is, one by one or as an array", async () => {
    await asyncio.run(async () => {
      const format = "<%s>"
      assert.equal(await outputOf(createSubprocessExec("printf", format, "a b", "$HOME", "*", "", "'", { stdout: PIPE })), "<a b><$HOME><*><><'>")
      assert.equal(await outputOf(createSubprocessExec("printf", [format, "a b"], { stdout: PIPE })), "<a b>")
      const [output] = await (await createSubprocessExec("true")).communicate()
      assert.equal(output, null)
    })
  })

  it("has pipes exactly where they were asked for, which the compiler knows", async () => {
    await asyncio.run(async () => {
      const child = await createSubprocessExec("cat", { stdin: PIPE, stdout: PIPE })
      const writer: asyncio.StreamWriter = child.stdin
      const reader: asyncio.StreamReader = child.stdout
      const none: null = child.stderr
      writer.close()
      assert.equal((await reader.read()).length, 0)
      assert.equal(none, null)
      await child.wait()
      const other = await createSubprocessExec("true", "with", "arguments")
      const nothing: null = other.stdin
      assert.equal(nothing, null)
      await other.wait()
    })
  })

  it("runs where `cwd` says, with the variables of `env` alone", async () => {
    await asyncio.run(async () => {
      assert.equal(await outputOf(createSubprocessExec("pwd", { stdout: PIPE, cwd: folder })), `${folder}\n`)
      assert.equal(await outputOf(createSubprocessExec("pwd", { stdout: PIPE, cwd: pathToFileURL(folder) })), `${folder}\n`)
      assert.equal(await outputOf(createSubprocessExec("env", { stdout: PIPE, env: { TEA: "Masala", PATH: process.env["PATH"] } })), `TEA=Masala\nPATH=${process.env["PATH"]}\n`)
    })
  })

  it("looks the program up in the PATH that it is given", async () => {
    writeFileSync(join(folder, "brew"), "#!/bin/sh\necho brewed\n")
    chmodSync(join(folder, "brew"), 0o755)
    await asyncio.run(async () => {
      assert.equal(await outputOf(createSubprocessExec("brew", { stdout: PIPE, env: { PATH: folder } })), "brewed\n")
      await assert.rejects(createSubprocessExec("brew", { env: { PATH: "/nowhere" } }), FileNotFoundError)
      assert.equal(await outputOf(createSubprocessExec("./brew", { stdout: PIPE, cwd: folder })), "brewed\n")
    })
  })

  it("is a coroutine: nothing is started before it is awaited", async () => {
    await asyncio.run(async () => {
      const coroutine = createSubprocessExec("sleep", "100")
      assert.ok(asyncio.isCoroutine(coroutine))
      await asyncio.sleep(0)
      assert.deepEqual(children(), [])
      const task = asyncio.createTask(coroutine)
      task.cancel()
      await assert.rejects(task, asyncio.CancelledError)
      assert.deepEqual(children(), [])
    })
  })

  it("R171: cancelled while the program is started, kills it and waits for its end", { skip: !listed && "no /proc" }, async () => {
    await asyncio.run(async () => {
      for (const options of [{}, { stdin: PIPE, stdout: PIPE, stderr: PIPE }, { stdout: PIPE, stderr: STDOUT }] as const) {
        let cancelledWithChild = 0
        // One turn later each time, so that every await of the creation is met; again where a busy machine skipped them.
        for (let turns = 1, rounds = 0; rounds < 100; turns += 1) {
          const task = asyncio.createTask(() => createSubprocessExec("sleep", "100", options))
          for (let i = 0; i < turns && !task.done(); i += 1) await asyncio.sleep(0)
          const started = children().length
          if (task.cancel()) {
            cancelledWithChild += started
            await assert.rejects(task, asyncio.CancelledError)
            assert.deepEqual(children(), [], `after ${turns} turns`)
            continue
          }
          await (await task)[Symbol.asyncDispose]()
          if (cancelledWithChild > 0) break
          turns = 0
          rounds += 1
        }
        assert.ok(cancelledWithChild > 0, "it was never cancelled with a child")
      }
    })
  })

  it("tells what is missing: the program, its directory, or its interpreter", async () => {
    writeFileSync(join(folder, "script"), "#!/nowhere/sh\n")
    chmodSync(join(folder, "script"), 0o755)
    await asyncio.run(async () => {
      const wrong: [string[], object, typeof OSError, RegExp, string][] = [
        [["brewtea", "now"], {}, FileNotFoundError, /^cannot start "brewtea": there is no such program in the folders of PATH \(ENOENT\)$/, "brewtea"],
        [["./brewtea"], {}, FileNotFoundError, /^cannot start ".\/brewtea": there is no such file \(ENOENT\)$/, "./brewtea"],
        [["true"], { cwd: "/nowhere" }, FileNotFoundError, /^cannot start "true" in the directory "\/nowhere": there is no such directory \(ENOENT\)$/, "/nowhere"],
        [["true"], { cwd: join(folder, "script") }, NotADirectoryError, /in the directory ".*script": that is no directory \(ENOTDIR\)$/, join(folder, "script")],
        [[join(folder, "script")], {}, FileNotFoundError, /script is there, but not the interpreter that its first line names \(ENOENT\)$/, join(folder, "script")],
      ]
      for (const [words, options, expected, message, path] of wrong) {
        const [program = "", ...args] = words
        await assert.rejects(createSubprocessExec(program, args, options), (error) => {
          assert.ok(error instanceof expected, String(error))
          assert.match(error.message, message)
          assert.deepEqual([error.path, error.cause instanceof Error], [path, true])
          return true
        })
      }
    })
  })

  it("tells what may not be run", async () => {
    const file = join(folder, "plain")
    writeFileSync(file, "")
    await asyncio.run(async () => {
      await assert.rejects(createSubprocessExec(file), (error) => error instanceof PermissionError && /plain may not be executed by this user \(EACCES\)$/.test(error.message))
      await assert.rejects(createSubprocessExec(folder), (error) => error instanceof PermissionError && /is a directory \(EACCES\)$/.test(error.message))
    })
  })

  it("tells of arguments that the system has no room for", async () => {
    await asyncio.run(async () => {
      await assert.rejects(createSubprocessExec("true", "x".repeat(10_000_000), { stdin: PIPE, stdout: PIPE }), (error) => error instanceof OSError && error.code === "E2BIG")
    })
  })

  it("leaves nothing open when it fails", { skip: !listed && "no /proc" }, async () => {
    await asyncio.run(async () => {
      await until(() => handles() <= handlesBefore, "what came before is closed")
      for (const stderr of [PIPE, STDOUT] as const) {
        for (let i = 0; i < 3; i += 1) await assert.rejects(createSubprocessExec("brewtea", { stdin: PIPE, stdout: PIPE, stderr }), FileNotFoundError)
      }
      await until(() => handles() <= handlesBefore, `no more than ${handlesBefore} handles`)
      assert.equal(asyncio.getRunningLoop().resources.size, 0)
    })
  })

  it("starts the program in a session of its own if it is told to", { skip: !listed && "no /proc" }, async () => {
    await asyncio.run(async () => {
      const own = await createSubprocessExec("sleep", "100", { startNewSession: true })
      const shared = await createSubprocessExec("sleep", "100")
      assert.equal(look(own.pid)?.session, own.pid)
      assert.equal(look(shared.pid)?.session, look(process.pid)?.session)
      await own[Symbol.asyncDispose]()
      await shared[Symbol.asyncDispose]()
    })
  })

  it("runs the program as another user if it is told to", { skip: !root && "only root may" }, async () => {
    await asyncio.run(async () => {
      assert.equal(await outputOf(createSubprocessExec("id", "-u", { stdout: PIPE, uid: 65534 })), "65534\n")
      assert.equal(await outputOf(createSubprocessExec("id", "-g", { stdout: PIPE, gid: 65534 })), "65534\n")
    })
  })

  it("gives the program another name for itself", async () => {
    await asyncio.run(async () => {
      assert.equal(await outputOf(createSubprocessExec("sh", "-c", "echo $0", { stdout: PIPE, argv0: "tea" })), "tea\n")
    })
  })

  it("refuses what cannot be meant, at the call", () => {
    const call = createSubprocessExec as (...given: unknown[]) => unknown
    const wrong: [unknown[], ErrorConstructor, RegExp][] = [
      [[], TypeError, /the program of createSubprocessExec is a string, but undefined was given/],
      [[7], TypeError, /the program .* is a string, but 7/],
      [[""], RangeError, /is empty/],
      [["ls", 7], TypeError, /argument 1 of ls is a string, but 7 was given; the options come last/],
      [["ls", {}, "-l"], TypeError, /argument 1 of ls is a string, but an Object/],
      [["ls", "a\0b"], RangeError, /zero byte/],
      [["ls", { stdOut: PIPE }], TypeError, /no option stdOut; it has stdin, stdout/],
      [["ls", { encoding: "utf8" }], RangeError, /no option encoding: pipes carry bytes/],
      [["ls", { universalNewlines: true }], RangeError, /bytes/],
      [["ls", { text: true }], RangeError, /bytes/],
      [["ls", { bufsize: 4096 }], RangeError, /bufsize/],
      [["ls", { shell: true }], RangeError, /use createSubprocessShell/],
      [["ls", { stdin: STDOUT }], RangeError, /only stderr can lead where stdout leads/],
      [["ls", { stdout: STDOUT }], RangeError, /only stderr/],
      [["ls", { stdout: -7 }], RangeError, /file descriptor, must be at least 0/],
      [["ls", { stdout: "pipe" }], TypeError, /PIPE, DEVNULL, "inherit", a file descriptor/],
      [["ls", { limit: 0 }], RangeError, /limit/],
      [["ls", { uid: "root" }], TypeError, /uid/],
      [["ls", { killSignal: "SIGTEA" }], RangeError, /killSignal/],
      [["ls", { graceSeconds: NaN }], RangeError, /graceSeconds/],
      [["ls", { killSignal: 40 }], RangeError, /killSignal .* no signal of this system: 40/],
      [["ls", { signal: {} }], TypeError, /the signal of createSubprocessExec is an AbortSignal, but an Object/],
      [["ls", { signal: null }], TypeError, /is an AbortSignal, but null/],
      [["ls", { cwd: 5 }], TypeError, /cwd of createSubprocessExec is a string, but 5/],
      [["ls", { cwd: "a\0b" }], RangeError, /cwd .* zero byte/],
      [["ls", { cwd: new URL("http://localhost/") }], RangeError, /cwd .* a URL of file:, but one of http:/],
      [["ls", { env: "PATH=/bin" }], TypeError, /env of createSubprocessExec is an object of all variables/],
      [["ls", { env: { KEY: 5 } }], TypeError, /the variable KEY .* is a string, but a number/],
      [["ls", { env: { "a=b": "c" } }], RangeError, /env .* "a=b", which is no name of a variable/],
      [["ls", { env: { KEY: "a\0b" } }], RangeError, /the variable KEY .* zero byte/],
      [["ls", { argv0: 5 }], TypeError, /argv0 .* is a string, but 5/],
      [["ls", { startNewSession: "no" }], TypeError, /startNewSession .* is true or false, but "no"/],
      [["ls", { stdin: {} }], TypeError, /stdin .* what has one, but an Object/],
      [["ls", { stdout: [] }], TypeError, /stdout .* what has one, but an Array/],
    ]
    for (const [given, expected, message] of wrong) {
      assert.throws(
        () => call(...given),
        (error) => {
          assert.ok(error instanceof expected, `${JSON.stringify(given)}: ${String(error)}`)
          assert.match(error.message, message)
          return true
        },
      )
    }
  })
})

describe("a standard stream", { skip }, () => {
  it("can be this process's own, nothing, a file descriptor, or what has one", async () => {
    const file = join(folder, "out")
    await asyncio.run(async () => {
      const fd = openSync(file, "w")
      await (await createSubprocessExec("echo", "fd", { stdout: fd })).wait()
      const handle = await open(file, "a")
      await (await createSubprocessExec("echo", "handle", { stdout: handle })).wait()
      const stream = createWriteStream(file, { flags: "a" })
      await once(stream, "open")
      await (await createSubprocessExec("echo", "stream", { stdout: stream })).wait()
      await (await createSubprocessShell("echo both; echo both >&2", { stdout: stream, stderr: STDOUT })).wait()
      closeSync(fd)
      await handle.close()
      stream.destroy()
      assert.equal(readFileSync(file, "utf8"), "fd\nhandle\nstream\nboth\nboth\n")
      await (await createSubprocessExec("echo", "dropped", { stdout: DEVNULL, stderr: STDOUT })).wait()
      const input = openSync(file, "r")
      assert.equal(await outputOf(createSubprocessExec("head", "-n", "1", { stdin: input, stdout: PIPE })), "fd\n")
      assert.equal(await outputOf(createSubprocessExec("cat", { stdin: DEVNULL, stdout: PIPE })), "")
      closeSync(input)
    })
  })

  it("can be where the standard output leads, in the order of what was written", async () => {
    await asyncio.run(async () => {
      const line = "for i in 1 2 3 4 5 6 7 8; do echo out $i; echo err $i >&2; done"
      const shell = await createSubprocessShell(line, { stdout: PIPE, stderr: STDOUT })
      assert.equal(shell.stderr, null)
      const [output, errors] = await shell.communicate()
      assert.equal(String(output), [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `out ${i}\nerr ${i}\n`).join(""))
      assert.equal(errors, null)
    })
  })
})

describe("a pair of sockets for both outputs", { skip }, () => {
  it("that cannot be made is an OSError that names the place", async () => {
    const before = process.env["TMPDIR"]
    process.env["TMPDIR"] = join(folder, "missing")
    try {
      await asyncio.run(async () => {
        await assert.rejects(createSubprocessExec("true", { stdout: PIPE, stderr: STDOUT }), (error) => {
          assert.ok(error instanceof FileNotFoundError)
          assert.match(error.message, /cannot make a pair of sockets in .*missing/)
          return true
        })
      })
    } finally {
      if (before === undefined) delete process.env["TMPDIR"]
      else process.env["TMPDIR"] = before
    }
  })
})

describe("a pipe of a child", { skip }, () => {
  it("is a socket, which cannot be opened anew by the name /dev/stdin", { skip: !listed && "other systems open it" }, async () => {
    await asyncio.run(async () => {
      const cat = await createSubprocessExec("cat", "/dev/stdin", { stdin: PIPE, stdout: PIPE, stderr: PIPE })
      const [, errors] = await cat.communicate("tea")
      assert.match(String(errors), /No such device or address/)
      assert.equal(cat.returncode, 1)
    })
  })
})

describe("createSubprocessShell", { skip }, () => {
  it("runs a command line, in the shell that it is told", async () => {
    await asyncio.run(async () => {
      assert.equal(await outputOf(createSubprocessShell("echo tea | tr a-z A-Z && exit 0", { stdout: PIPE })), "TEA\n")
      const shell = await createSubprocessShell("anything", { shell: "echo", stdout: PIPE })
      assert.equal(String((await shell.communicate())[0]), "-c anything\n")
    })
  })

  it("gives the shell's code for a program that is not there", async () => {
    await asyncio.run(async () => {
      const shell = await createSubprocessShell("brewtea", { stderr: DEVNULL })
      assert.equal(await shell.wait(), 127)
    })
  })

  it("tells of a shell that is not there", async () => {
    await asyncio.run(async () => {
      await assert.rejects(createSubprocessShell("true", { shell: "/nowhere/sh" }), { name: "FileNotFoundError", message: /cannot start "\/nowhere\/sh"/ })
    })
  })

  it("refuses what cannot be meant, at the call", () => {
    assert.throws(() => createSubprocessShell(["ls"] as never), { name: "TypeError", message: /one string, but an Array was given; for a program with arguments use createSubprocessExec/ })
    assert.throws(() => createSubprocessShell("ls", { shell: false as never }), TypeError)
    assert.throws(() => createSubprocessShell("ls", { encoding: "utf8" } as never), RangeError)
    assert.throws(() => createSubprocessShell("ls\0"), RangeError)
  })
})

describe("many processes", { skip }, () => {
  it("run at once, each with its own output", async () => {
    await asyncio.run(async () => {
      const outputs = await asyncio.gather(
        Array.from({ length: 40 }, (_, i) => () => outputOf(createSubprocessExec("echo", String(i), { stdout: PIPE }))),
        { limit: 8 },
      )
      assert.deepEqual(outputs, Array.from({ length: 40 }, (_, i) => `${i}\n`))
    })
  })
})
