import assert from "node:assert/strict"
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { inFolder } from "../../support/in-folder.ts"
import { fate, thrown, ticks } from "../../support/record.ts"

inFolder("a tree is removed with all that is in it, and links are not followed", async (folder) => {
  for (const name of ["tree/a/b", "tree/c", "kept"]) mkdirSync(folder.at(name), { recursive: true })
  for (const name of ["tree/1", "tree/a/2", "tree/a/b/3", "kept/4"]) writeFileSync(folder.at(name), "")
  symlinkSync("../kept", folder.at("tree/link"))
  await files.removeTree(folder.at("tree"))
  assert.deepEqual(readdirSync(folder.path), ["kept"])
  assert.deepEqual(readdirSync(folder.at("kept")), ["4"])
})

inFolder("a file or a link is removed itself, and what is missing is an error unless that is well", async (folder) => {
  mkdirSync(folder.at("kept"))
  symlinkSync("kept", folder.at("link"))
  writeFileSync(folder.at("x"), "")
  await files.removeTree(folder.at("link"))
  await files.removeTree(folder.at("x"))
  await files.removeTree(folder.at("x"), { missingOk: true })
  const error = (await thrown(files.removeTree(folder.at("x")))) as Error
  assert.equal(error.name, "FileNotFoundError")
  assert.match(error.message, /^cannot remove '.*x': /)
  assert.deepEqual(readdirSync(folder.path), ["kept"])
})

inFolder("a removal that is cancelled stops, and the rest stays", async (folder) => {
  mkdirSync(folder.at("tree"))
  for (let i = 0; i < 300; i += 1) writeFileSync(folder.at(`tree/${i}`), "")
  const task = asyncio.createTask(files.removeTree(folder.at("tree")))
  while (readdirSync(folder.at("tree")).length === 300) await asyncio.wrapFuture(new Promise((resolve) => setImmediate(resolve)))
  task.cancel()
  await asyncio.wait([task])
  assert.equal(fate(task), "cancelled")
  await folder.quiet()
  const left = readdirSync(folder.at("tree")).length
  assert.ok(left > 0, "the rest stays")
  await ticks(3)
  assert.equal(readdirSync(folder.at("tree")).length, left)
})

inFolder("two removals of one tree do not hinder each other", async (folder) => {
  mkdirSync(folder.at("tree/a"), { recursive: true })
  for (let i = 0; i < 50; i += 1) writeFileSync(folder.at(`tree/a/${i}`), "")
  await asyncio.gather([files.removeTree(folder.at("tree")), files.removeTree(folder.at("tree"), { missingOk: true })])
  assert.equal(existsSync(folder.at("tree")), false)
})
