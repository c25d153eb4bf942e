import assert from "node:assert/strict"
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { inFolder } from "../../support/in-folder.ts"
import { fate, thrown, thrownBy, ticks } from "../../support/record.ts"

for (const atomic of [false, true]) {
  const how = atomic ? ", atomically" : ""

  inFolder(`a file is made or replaced${how}`, async (folder) => {
    const at = folder.at("x")
    await files.write(at, "a longer text", { atomic, sync: true })
    await files.write(at, new Uint8Array([0x68, 0x69]), { atomic })
    assert.equal(readFileSync(at, "utf8"), "hi")
    await files.write(at, "ö", { atomic, encoding: "latin1" })
    assert.deepEqual([...readFileSync(at)], [0xf6])
    await files.write(folder.at("y"), "", { atomic, mode: 0o600 })
    assert.equal(statSync(folder.at("y")).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder.path), ["x", "y"])
  })

  inFolder(`large data is written whole${how}`, async (folder) => {
    const data = Buffer.alloc(2 * 1024 * 1024 + 3, "0123456789abcdef")
    await files.write(folder.at("x"), data, { atomic })
    assert.ok(readFileSync(folder.at("x")).equals(data))
  })

  inFolder(`what cannot be written says what and why, and leaves nothing${how}`, async (folder) => {
    mkdirSync(folder.at("folder"))
    for (const [name, kind] of [
      ["none/x", "FileNotFoundError"],
      ["folder", "IsADirectoryError"],
    ] as const) {
      const error = (await thrown(files.write(folder.at(name), "x", { atomic }))) as Error
      assert.equal(error.name, kind)
      assert.match(error.message, new RegExp(`^cannot write '.*${name}': `))
    }
    assert.deepEqual(readdirSync(folder.path), ["folder"])
  })

  for (const after of [0, 1, 2, 3, 5, 8, 13]) {
    inFolder(`cancelled after ${after} turns it leaves no file beside it, and nothing open${how}`, async (folder) => {
      writeFileSync(folder.at("x"), "old")
      const data = "new".repeat(1024 * 1024)
      const task = asyncio.createTask(files.write(folder.at("x"), data, { atomic }))
      for (let turn = 0; turn < after; turn += 1) await asyncio.wrapFuture(new Promise((resolve) => setImmediate(resolve)))
      await ticks(1)
      task.cancel()
      await asyncio.wait([task])
      assert.match(fate(task), /cancelled|returned/)
      await folder.quiet()
      assert.deepEqual(readdirSync(folder.path), ["x"])
      const now = readFileSync(folder.at("x"), "utf8")
      if (atomic) assert.ok(now === "old" || now === data, "the old content or the new")
    })
  }
}

inFolder("an atomic write keeps the permissions, and goes through a link", async (folder) => {
  writeFileSync(folder.at("x"), "old")
  chmodSync(folder.at("x"), 0o640)
  symlinkSync("x", folder.at("link"))
  await files.write(folder.at("link"), "new", { atomic: true })
  assert.equal(readFileSync(folder.at("x"), "utf8"), "new")
  assert.equal(statSync(folder.at("x")).mode & 0o777, 0o640)
  assert.equal(lstatSync(folder.at("link")).isSymbolicLink(), true)
})

inFolder("who reads during atomic writes sees one of them whole", async (folder) => {
  const at = folder.at("x")
  const versions = ["a", "b"].map((letter) => letter.repeat(300_000))
  await files.write(at, versions[0] as string)
  const writer = asyncio.createTask(async () => {
    for (let i = 0; i < 10; i += 1) await files.write(at, versions[i % 2] as string, { atomic: true })
  })
  while (!writer.done()) assert.ok(versions.includes(await files.readText(at)))
  await writer
})

inFolder("append adds to what is there, and makes what is not", async (folder) => {
  for (const part of ["one ", "two"]) await files.append(folder.at("x"), part)
  assert.equal(readFileSync(folder.at("x"), "utf8"), "one two")
  assert.match(((await thrown(files.append(folder.path, "x"))) as Error).message, /^cannot append to '.*': it is a directory/)
  assert.match(thrownBy(() => files.append("x", null as never)).message, /files\.append takes text or bytes, not null/)
  assert.match(thrownBy(() => files.write("x", 1 as never)).message, /files\.write takes text or bytes, not 1/)
})

inFolder("a file is made where a symbolic link leads to, also atomically, and the link stays", async (folder) => {
  symlinkSync("second", folder.at("first"))
  symlinkSync("missing", folder.at("second"))
  await files.write(folder.at("first"), "new", { atomic: true })
  assert.equal(lstatSync(folder.at("first")).isSymbolicLink() && lstatSync(folder.at("second")).isSymbolicLink(), true)
  assert.equal(readFileSync(folder.at("missing"), "utf8"), "new")
  symlinkSync("circle", folder.at("circle"))
  assert.match(((await thrown(files.write(folder.at("circle"), "x", { atomic: true }))) as Error).message, /ELOOP/)
  assert.deepEqual(readdirSync(folder.path), ["circle", "first", "missing", "second"])
})
