import assert from "node:assert/strict"
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs"
import * as asyncio from "asyncio-ts"
import { LimitOverrunError } from "#src/errors/stream-errors.ts"
import { files } from "#src/io/files.ts"
import type { AsyncFile } from "#src/io/files/async-file.ts"
import { bytesRead, inFolder, onceTold, type Folder } from "../../support/in-folder.ts"
import { fate, thrown, thrownAs, thrownBy, ticks } from "../../support/record.ts"

/** A test with an open file that has `content`. */
function withFile(name: string, content: string, body: (file: AsyncFile, folder: Folder) => Promise<void>): void {
  inFolder(name, async (folder) => {
    writeFileSync(folder.at("x"), content)
    const file = await files.open(folder.at("x"), "r+")
    try {
      await body(file, folder)
    } finally {
      await file.close()
    }
  })
}

const text = async (file: AsyncFile, size?: number): Promise<string> => (await file.read(size)).toString()

withFile("read gives as many bytes as asked, fewer at the end, none after it", "0123456789", async (file) => {
  assert.equal(await text(file, 4), "0123")
  assert.equal(file.tell(), 4)
  assert.equal(await text(file, 0), "")
  assert.equal(await text(file, 100), "456789")
  assert.equal(await text(file, 5), "")
  assert.equal(await text(file), "")
})

withFile("read without a size gives the rest, also of what is larger than it says", "0123456789", async (file) => {
  await file.seek(7)
  assert.equal(await text(file), "789")
  const proc = await files.open("/proc/self/status")
  assert.match(await proc.readText(), /^Name:[^]*Threads:/)
  await proc.close()
})

withFile("a huge size allocates no more than the file has", "abc", async (file) => {
  const bytes = await file.read(2 ** 40)
  assert.equal(bytes.toString(), "abc")
  assert.ok(bytes.buffer.byteLength < 2 ** 20)
})

withFile("large files are read and written whole", "", async (file, folder) => {
  const data = Buffer.alloc(3 * 1024 * 1024 + 5, "0123456789abcdef")
  await file.writeAll(data)
  assert.equal(file.tell(), data.length)
  assert.ok(readFileSync(folder.at("x")).equals(data))
  await file.seek(0)
  assert.ok((await file.read()).equals(data))
  await file.seek(1)
  assert.ok((await file.read(2 * 1024 * 1024)).equals(data.subarray(1, 1 + 2 * 1024 * 1024)))
})

withFile("readInto fills what it is given and tells how much", "0123456789", async (file) => {
  const target = new Uint16Array(3)
  assert.equal(await file.readInto(target), 6)
  assert.equal(Buffer.from(target.buffer).toString(), "012345")
  assert.equal(await file.readInto(new Uint8Array(100)), 4)
  assert.equal(await file.readInto(new Uint8Array(1)), 0)
})

withFile("seek counts from the start, the position or the end", "0123456789", async (file) => {
  assert.equal(await file.seek(3), 3)
  assert.equal(await file.seek(2, "current"), 5)
  assert.equal(await file.seek(-1, "end"), 9)
  assert.equal(await text(file), "9")
  const error = await thrownAs(RangeError, file.seek(-11, "end"))
  assert.match(error.message, /cannot seek in '.*x' to -1, which lies before its start/)
  assert.equal(file.tell(), 10)
})

withFile("write and writeAll write at the position", "0123456789", async (file, folder) => {
  await file.seek(2)
  assert.equal(await file.write("ab"), 2)
  await file.writeAll(new Uint8Array([0x63, 0x64]))
  assert.equal(file.tell(), 6)
  assert.equal(readFileSync(folder.at("x"), "utf8"), "01abcd6789")
})

withFile("a file opened to append writes at its end, wherever it is", "0123", async (_file, folder) => {
  const file = await files.open(folder.at("x"), "a+")
  assert.equal(file.tell(), 4)
  await file.seek(1)
  await file.writeAll("45")
  await file.write("6")
  assert.equal(readFileSync(folder.at("x"), "utf8"), "0123456")
  await file.close()
})

withFile("truncate cuts or extends, and leaves the position", "0123456789", async (file, folder) => {
  await file.seek(4)
  await file.truncate()
  assert.equal(readFileSync(folder.at("x"), "utf8"), "0123")
  await file.truncate(6)
  assert.equal(readFileSync(folder.at("x"), "latin1"), "0123\0\0")
  assert.equal(file.tell(), 4)
  assert.equal((await file.stat()).size, 6)
  await file.sync()
  await file.sync({ dataOnly: true })
})

withFile("readLine gives line after line and then undefined, and goes on where the file grows", "one\r\ntwo\n\nfour", async (file, folder) => {
  const lines = [await file.readLine(), await file.readLine(), await file.readLine()]
  assert.deepEqual(lines, ["one", "two", ""])
  assert.equal(file.tell(), 10)
  assert.deepEqual([await file.readLine(), await file.readLine()], ["four", undefined])
  appendFileSync(folder.at("x"), "\nfive\n")
  assert.deepEqual([await file.readLine(), await file.readLine(), await file.readLine()], ["", "five", undefined])
})

withFile("lines, bytes and writes share one position", "one\ntwo\nthree\n", async (file) => {
  assert.equal(await file.readLine(), "one")
  assert.equal(await text(file, 2), "tw")
  assert.equal(await file.readLine(), "o")
  await file.writeAll("THR")
  assert.equal(await file.readLine(), "ee")
  await file.seek(8)
  assert.equal(await file.readLine(), "THRee")
  assert.equal(await file.readLine(), undefined)
})

withFile("after a seek lines are read anew", "one\ntwo\n", async (file, folder) => {
  assert.equal(await file.readLine(), "one")
  writeFileSync(folder.at("x"), "ONE\nTWO\n")
  await file.seek(0)
  assert.equal(await file.readLine(), "ONE")
})

inFolder("characters at the border of two chunks stay whole, and long lines are put together", async (folder) => {
  const long = "é€😀".repeat(30_000)
  writeFileSync(folder.at("x"), `${"a".repeat(65_535)}é\n${long}\nend`)
  const file = await files.open(folder.at("x"))
  const seen: string[] = []
  for await (const line of file) seen.push(line)
  assert.deepEqual(seen, [`${"a".repeat(65_535)}é`, long, "end"])
  await file.close()
})

inFolder("a line over the limit is refused, with the position where it was", async (folder) => {
  writeFileSync(folder.at("x"), `short\n${"x".repeat(100)}\n`)
  const file = await files.open(folder.at("x"), "r", { lineLimit: 50 })
  assert.equal(await file.readLine(), "short")
  const error = await thrownAs(LimitOverrunError, file.readLine())
  assert.match(error.message, /a line of '.*x', at byte 6, is longer than 50 bytes/)
  assert.equal(file.tell(), 6)
  assert.equal(await text(file, 3), "xxx")
  await file.close()
})

inFolder("latin1 is read and written as such", async (folder) => {
  const file = await files.open(folder.at("x"), "w+", { encoding: "latin1" })
  await file.writeAll("größe\n")
  assert.equal(file.tell(), 6)
  await file.seek(0)
  assert.equal(await file.readLine(), "größe")
  await file.seek(0)
  assert.equal(await file.readText(), "größe\n")
  await file.close()
})

withFile("operations of several tasks happen one after the other, in their order", "0123456789", async (file) => {
  const parts = await asyncio.gather([() => text(file, 3), () => text(file, 3), () => file.seek(0), () => text(file, 2)])
  assert.deepEqual(parts, ["012", "345", 0, "01"])
  await asyncio.gather(["a", "b", "c"].map((letter) => file.writeAll(letter)))
  await file.seek(0)
  assert.equal(await text(file), "01abc56789")
})

/** Cancels a task after some turns, or when the host has told its outcome. */
async function cancelled(task: asyncio.Task<unknown>, after: number | "told"): Promise<void> {
  if (after === "told") {
    onceTold(() => task.cancel())
  } else {
    await ticks(after)
    task.cancel()
  }
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
}

// Each way to be cancelled: in line, in the host's hands, and when the outcome is there.
for (const after of [0, 1, 2, 3, "told"] as const) {
  withFile(`a read that is cancelled moves no position (${after})`, "0123456789", async (file) => {
    const target = new Uint8Array([9, 9])
    for (const start of [() => file.read(4), () => file.readLine(), () => file.readInto(target), () => file.readText(), () => file.seek(-5, "end")]) {
      const task = asyncio.createTask<unknown>(start())
      await cancelled(task, after)
      assert.equal(file.tell(), 0)
      assert.equal(await text(file, 2), "01")
      await file.seek(0)
    }
    assert.deepEqual([...target], [9, 9], "what a cancelled wait was to fill is as it was")
  })

  withFile(`of three reads the first is cancelled, and the others go on as if it had not been (${after})`, "0123456789", async (file) => {
    const [first, second, third] = [3, 3, 4].map((size) => asyncio.createTask(() => text(file, size))) as [asyncio.Task<string>, asyncio.Task<string>, asyncio.Task<string>]
    await cancelled(first, after)
    assert.deepEqual(await asyncio.gather([second, third]), ["012", "3456"])
  })

  withFile(`a write that is cancelled moves no position, and close waits for it (${after})`, "0123456789", async (file, folder) => {
    const big = Buffer.alloc(2 * 1024 * 1024, "x")
    const task = asyncio.createTask(file.writeAll(big))
    await cancelled(task, after)
    assert.equal(file.tell(), 0)
    await file.close()
    const size = readFileSync(folder.at("x")).length
    await folder.quiet()
    assert.equal(readFileSync(folder.at("x")).length, size, "nothing is written after the close")
  })
}

withFile("cancelled while all of the host's hands are full, it lets the next on the file go on", "0123456789", async (file) => {
  files.setConcurrency(1)
  try {
    const busy = asyncio.createTask(files.stat(file.path))
    const first = asyncio.createTask(file.read(3))
    await ticks(1)
    first.cancel()
    await asyncio.wait([busy, first])
    assert.equal(await text(file, 3), "012")
  } finally {
    files.setConcurrency(16)
  }
})

withFile("a large write that is cancelled stops in the midst", "", async (file, folder) => {
  const big = Buffer.alloc(64 * 1024 * 1024, "x")
  const task = asyncio.createTask(file.writeAll(big))
  while (statSync(folder.at("x")).size === 0) await asyncio.wrapFuture(new Promise((resolve) => setImmediate(resolve)))
  task.cancel()
  await asyncio.wait([task])
  await file.close()
  assert.ok(statSync(folder.at("x")).size < big.length)
})

withFile("a large read that is cancelled stops in the midst", "", async (file, folder) => {
  const size = 64 * 1024 * 1024
  await file.truncate(size)
  const before = bytesRead()
  const task = asyncio.createTask(file.read())
  await ticks(2)
  task.cancel()
  await asyncio.wait([task])
  await folder.quiet()
  assert.ok(bytesRead() - before < size)
})

withFile("a close that is cancelled closes all the same", "abc", async (file, folder) => {
  const reading = asyncio.createTask(file.read())
  const closing = asyncio.createTask(file.close())
  await ticks(1)
  closing.cancel()
  await asyncio.wait([closing, reading])
  assert.equal(fate(closing), "cancelled")
  assert.equal(fate(reading), "returned abc")
  await folder.quiet()
  assert.equal(file.closed, true)
  assert.deepEqual(folder.open(), [])
})

withFile("closing twice does nothing, and a closed file refuses everything with its path", "abc", async (file) => {
  await asyncio.gather([file.close(), file.close()])
  await file.close()
  for (const work of [file.read(), file.readLine(), file.write("x"), file.seek(0), file.stat(), file.truncate(0), file[Symbol.asyncIterator]().next()]) {
    assert.match((await thrownAs(asyncio.RuntimeError, work)).message, /cannot .* '.*x': the file is closed; open it again/)
  }
  assert.match(String(file), /^<AsyncFile '.*x' \[closed\]>$/)
})

inFolder("what the host refuses comes as OSError with the path", async (folder) => {
  writeFileSync(folder.at("x"), "abc")
  const file = await files.open(folder.at("x"))
  const error = (await thrown(file.write("x"))) as Error & { code: string }
  assert.equal(error.name, "OSError")
  assert.equal(error.code, "EBADF")
  assert.match(error.message, /cannot write '.*x': /)
  await file[Symbol.asyncDispose]()
})

withFile("wrong arguments are refused at the call", "abc", async (file) => {
  const wrong: [() => unknown, string, RegExp][] = [
    [() => file.read(-1), "RangeError", /the size to read must be at least 0, but is -1/],
    [() => file.read("4" as never), "TypeError", /the size to read is a whole number, but "4" was given/],
    [() => file.readInto("x" as never), "TypeError", /readInto fills a buffer, not "x"/],
    [() => file.seek(0.5), "TypeError", /seek takes a whole number of bytes, not 0.5/],
    [() => file.seek(0, "middle" as never), "TypeError", /seek counts from "start", "current" or "end", not "middle"/],
    [() => file.write(5 as never), "TypeError", /write takes text or bytes, not 5/],
    [() => file.truncate(-1), "RangeError", /the size of a file must be at least 0/],
  ]
  for (const [call, name, message] of wrong) {
    const error = thrownBy(call)
    assert.equal(error.name, name)
    assert.match(error.message, message)
  }
})
