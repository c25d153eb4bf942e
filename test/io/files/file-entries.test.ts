import assert from "node:assert/strict"
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { inFolder } from "../../support/in-folder.ts"
import { fate, thrown, thrownBy, ticks } from "../../support/record.ts"

inFolder("stat tells of a file, and of a link itself if asked to", async (folder) => {
  writeFileSync(folder.at("x"), "abc")
  symlinkSync("x", folder.at("link"))
  assert.equal((await files.stat(folder.at("link"))).size, 3)
  assert.equal((await files.stat(folder.at("link"), { followSymlinks: false })).isSymbolicLink(), true)
  assert.equal((await files.stat(folder.path)).isDirectory(), true)
})

inFolder("exists tells whether something is there", async (folder) => {
  writeFileSync(folder.at("x"), "")
  symlinkSync("none", folder.at("broken"))
  const there = await asyncio.gather(["x", ".", "none", "x/y", "broken"].map((name) => files.exists(folder.at(name))))
  assert.deepEqual(there, [true, true, false, false, false])
})

inFolder("list gives the names in a directory", async (folder) => {
  for (const name of ["b", "a"]) writeFileSync(folder.at(name), "")
  mkdirSync(folder.at("c"))
  assert.deepEqual((await files.list(folder.path)).sort(), ["a", "b", "c"])
})

inFolder("makeDirectories makes what is missing, and lets what is there be", async (folder) => {
  await files.makeDirectories(folder.at("a/b/c"))
  await files.makeDirectories(folder.at("a/b"), { mode: 0o700 })
  await files.makeDirectories(folder.at("d"), { mode: 0o700 })
  assert.equal(statSync(folder.at("d")).mode & 0o777, 0o700)
  assert.equal(existsSync(folder.at("a/b/c")), true)
})

inFolder("rename and copy give a file another name, or a second one", async (folder) => {
  writeFileSync(folder.at("x"), "abc")
  await files.rename(folder.at("x"), folder.at("y"))
  await files.copy(folder.at("y"), folder.at("z"))
  assert.deepEqual((await files.list(folder.path)).sort(), ["y", "z"])
  writeFileSync(folder.at("y"), "new")
  await files.copy(folder.at("y"), folder.at("z"))
  assert.equal(readFileSync(folder.at("z"), "utf8"), "new")
})

inFolder("remove removes a file or a link, and may find nothing", async (folder) => {
  writeFileSync(folder.at("x"), "abc")
  symlinkSync("x", folder.at("link"))
  await files.remove(folder.at("link"))
  assert.deepEqual(await files.list(folder.path), ["x"])
  await files.remove(folder.at("x"))
  await files.remove(folder.at("x"), { missingOk: true })
  assert.deepEqual(await files.list(folder.path), [])
})

inFolder("what fails says what was attempted on what, in Python's class", async (folder) => {
  writeFileSync(folder.at("x"), "abc")
  writeFileSync(folder.at("y"), "abc")
  mkdirSync(folder.at("folder"))
  const none = folder.at("none")
  const failing: [PromiseLike<unknown>, string, RegExp][] = [
    [files.stat(none), "FileNotFoundError", /^cannot ask about '.*none': /],
    [files.list(none), "FileNotFoundError", /^cannot list '.*none': /],
    [files.list(folder.at("x")), "NotADirectoryError", /^cannot list '.*x': /],
    [files.makeDirectories(folder.at("x")), "FileExistsError", /^cannot make the directory '.*x': it exists already/],
    [files.makeDirectories(folder.at("x/y")), "NotADirectoryError", /^cannot make the directory '.*x\/y': /],
    [files.rename(none, folder.at("z")), "FileNotFoundError", /^cannot rename '.*none' to '.*z': /],
    [files.copy(none, folder.at("z")), "FileNotFoundError", /^cannot copy '.*none' to '.*z': /],
    [files.copy(folder.at("x"), folder.at("y"), { overwrite: false }), "FileExistsError", /^cannot copy '.*x' to '.*y': it exists already/],
    [files.remove(none), "FileNotFoundError", /^cannot remove '.*none': /],
    [files.remove(folder.at("folder")), "IsADirectoryError", /^cannot remove '.*folder': it is a directory/],
  ]
  for (const [work, name, message] of failing) {
    const error = (await thrown(work)) as Error
    assert.equal(error.name, name, error.message)
    assert.match(error.message, message)
  }
})

inFolder("each can be cancelled, in line and in the host's hands", async (folder) => {
  writeFileSync(folder.at("x"), "abc")
  for (const after of [0, 1, 2]) {
    const works = [files.stat(folder.path), files.exists(folder.path), files.list(folder.path), files.copy(folder.at("x"), folder.at("y"))]
    const tasks = works.map((work) => asyncio.createTask(work as asyncio.Coroutine<unknown>))
    await ticks(after)
    for (const task of tasks) task.cancel()
    await asyncio.wait(tasks)
    assert.deepEqual(tasks.map(fate), tasks.map(() => "cancelled"))
    await folder.quiet()
  }
})

inFolder("wrong arguments are refused at the call", async () => {
  for (const call of [files.stat, files.exists, files.list, files.remove, files.makeDirectories]) {
    assert.match(thrownBy(() => call(1 as never)).message, new RegExp(`files\\.${call.name} takes a path or a file: URL, not 1`))
  }
  assert.match(thrownBy(() => files.rename("a", 1 as never)).message, /files\.rename takes a path/)
  assert.match(thrownBy(() => files.copy("a", 1 as never)).message, /files\.copy takes a path/)
})
