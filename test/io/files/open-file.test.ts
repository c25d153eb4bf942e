import assert from "node:assert/strict"
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { pathToFileURL } from "node:url"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { collect } from "../../core/support/gc.ts"
import { inFolder, onceTold } from "../../support/in-folder.ts"
import { fate, thrown, thrownBy, ticks } from "../../support/record.ts"

inFolder("each flag opens as Python's mode of that name", async (folder) => {
  const at = folder.at("x")
  for (const [flags, content, expected] of [
    ["w", "old", "ab"],
    ["r+", "old", "abd"],
    ["a", "old", "oldab"],
    ["w+", "old", "ab"],
  ] as const) {
    writeFileSync(at, content)
    const file = await files.open(at, flags)
    await file.writeAll("ab")
    await file.close()
    assert.equal(readFileSync(at, "utf8"), expected, flags)
  }
  const error = await thrown(files.open(at, "wx"))
  assert.equal((error as Error).name, "FileExistsError")
  const fresh = await files.open(folder.at("new"), "wx", { mode: 0o600 })
  await fresh.close()
  assert.equal(statSync(folder.at("new")).mode & 0o777, 0o600)
})

inFolder("a file: URL is a path", async (folder) => {
  writeFileSync(folder.at("a b"), "x")
  assert.equal(await files.readText(pathToFileURL(folder.at("a b"))), "x")
})

inFolder("what cannot be opened says what, why and in which class", async (folder) => {
  mkdirSync(folder.at("folder"))
  writeFileSync(folder.at("file"), "")
  const refused: [() => PromiseLike<unknown>, string, string, RegExp][] = [
    [() => files.open(folder.at("none")), "FileNotFoundError", "ENOENT", /^cannot open '.*none': there is no such file/],
    [() => files.open(folder.at("folder")), "IsADirectoryError", "EISDIR", /^cannot open '.*folder': it is a directory/],
    [() => files.open(folder.at("folder"), "w"), "IsADirectoryError", "EISDIR", /^cannot open '.*folder': it is a directory/],
    [() => files.open(folder.at("file/x")), "NotADirectoryError", "ENOTDIR", /^cannot open '.*file\/x': a part of the path is no directory/],
  ]
  for (const [open, name, code, message] of refused) {
    const error = (await thrown(open())) as Error & { code: string; path: string; cause: unknown }
    assert.deepEqual([error.name, error.code], [name, code])
    assert.match(error.message, message)
    assert.ok(error.path.startsWith(folder.path))
  }
})

inFolder("without permission it is a PermissionError", async (folder) => {
  writeFileSync(folder.at("x"), "")
  chmodSync(folder.at("x"), 0)
  // Root may do everything, so it is nobody for a moment.
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    for (const work of [files.open(folder.at("x")), files.read(folder.at("x")), files.exists(folder.at("x"))].slice(0, isRoot ? 3 : 2)) {
      const error = (await thrown(work)) as Error
      assert.equal(error.name, "PermissionError")
      assert.match(error.message, /'.*x': permission denied \(EACCES\)/)
    }
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

for (const after of [0, 1, 2, "told"] as const) {
  inFolder(`an open that is cancelled leaves nothing open (${after})`, async (folder) => {
    writeFileSync(folder.at("x"), "")
    const task = asyncio.createTask(files.open(folder.at("x")))
    if (after === "told") {
      onceTold(() => task.cancel())
    } else {
      await ticks(after)
      task.cancel()
    }
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    await folder.quiet()
    assert.deepEqual(folder.open(), [])
  })
}

inFolder("cancelled while it stands in line, it is never opened", async (folder) => {
  files.setConcurrency(1)
  try {
    const first = asyncio.createTask(files.stat(folder.path))
    const task = asyncio.createTask(files.open(folder.at("made"), "w"))
    await ticks(1)
    task.cancel()
    await asyncio.wait([first, task])
    await folder.quiet()
    assert.equal(existsSync(folder.at("made")), false)
  } finally {
    files.setConcurrency(16)
  }
})

test("a file that is open when its loop closes is closed, and debug mode says so", async () => {
  const warnings: Error[] = []
  // A machine that is busy is told of steps that took their time, too.
  const onWarning = (warning: Error): void => void (warning.message.includes("still open") && warnings.push(warning))
  process.on("warning", onWarning)
  const { file } = await asyncio.run(async () => ({ file: await files.open(import.meta.filename) }), { debug: true })
  await new Promise((resolve) => setImmediate(resolve))
  process.off("warning", onWarning)
  assert.equal(file.closed, true)
  assert.equal(warnings.length, 1)
  assert.match(String(warnings[0]), /file '.*open-file\.test\.ts' was still open when its event loop was closed/)
})

inFolder("a file that is forgotten is closed when it is collected, with a warning", async (folder) => {
  writeFileSync(folder.at("x"), "")
  const warned = new asyncio.Future<Error>()
  const onWarning = (warning: Error): void => {
    if (/was never closed/.test(warning.message)) warned.setResult(warning)
  }
  process.on("warning", onWarning)
  const forget = async (): Promise<void> => {
    const file = await files.open(folder.at("x"))
    await file.read()
  }
  await asyncio.createTask(forget)
  // Coroutines that were made within the last second are held by the loop.
  for (const begun = performance.now(); !warned.done() && performance.now() - begun < 30_000; await asyncio.sleep(0.05)) await asyncio.wrapFuture(collect())
  process.off("warning", onWarning)
  assert.match(warned.result().message, /file '.*x' was never closed, and was collected while open/)
  while (folder.open().length > 0) await asyncio.sleep(0.001)
})

test("wrong arguments are refused at the call", () => {
  const wrong: [() => unknown, string, RegExp][] = [
    [() => files.open(5 as never), "TypeError", /files\.open takes a path or a file: URL, not 5/],
    [() => files.open(""), "TypeError", /an empty one was given/],
    [() => files.open("a\0b"), "TypeError", /without zero characters/],
    [() => files.open(new URL("http://x/y")), "TypeError", /not http:\/\/x\/y/],
    [() => files.open("x", "rb" as never), "TypeError", /one of the flags r, r\+, .* not "rb"/],
    [() => files.open("x", "r", { encoding: "utf16" as never }), "TypeError", /the encoding of a file is "utf-8" or "latin1", not "utf16"/],
    [() => files.open("x", "r", { lineLimit: 0 }), "RangeError", /the lineLimit of a file must be at least 1/],
  ]
  for (const [call, name, message] of wrong) {
    const error = thrownBy(call)
    assert.equal(error.name, name)
    assert.match(error.message, message)
  }
})
