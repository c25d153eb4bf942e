import assert from "node:assert/strict"
import { appendFileSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { relative } from "node:path"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import type { FileWatcher } from "#src/io/files/watch.ts"
import { inFolder, type Folder } from "../../support/in-folder.ts"
import { fate, thrown, thrownAs, thrownBy } from "../../support/record.ts"

/** How many files and directories the host watches for this process. */
function watched(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap").length
}

/** Waits until the host watches nothing; it lets go of a watch with its next turn. */
async function unwatched(): Promise<void> {
  for (let turn = 0; watched() > 0; turn += 1) {
    assert.ok(turn < 100, "the host goes on watching")
    await asyncio.wrapFuture(new Promise((resolve) => setImmediate(resolve)))
  }
}

/** Takes changes until one is of `name`; gives its kind. */
async function until(folder: Folder, changes: FileWatcher, name: string): Promise<string> {
  for (;;) {
    const { value } = await asyncio.waitFor(changes.next(), 5)
    assert.ok(value !== undefined, "it goes on")
    if (relative(folder.path, value.path) === name) return value.kind
  }
}

inFolder("a file that is made, changed, renamed and removed is told", async (folder) => {
  const changes = files.watch(folder.path, { settle: 0 }).open()
  writeFileSync(folder.at("x"), "")
  assert.equal(await until(folder, changes, "x"), "renamed")
  appendFileSync(folder.at("x"), "more")
  assert.equal(await until(folder, changes, "x"), "changed")
  renameSync(folder.at("x"), folder.at("y"))
  assert.equal(await until(folder, changes, "y"), "renamed")
  rmSync(folder.at("y"))
  assert.equal(await until(folder, changes, "y"), "renamed")
  await changes.return()
  await unwatched()
})

inFolder("a single file is watched by its own path", async (folder) => {
  writeFileSync(folder.at("x"), "")
  const changes = files.watch(folder.at("x"), { settle: 0 }).open()
  appendFileSync(folder.at("x"), "more")
  assert.equal(await until(folder, changes, "x"), "changed")
  await changes[Symbol.asyncDispose]()
})

inFolder("recursive, directories below are watched, too", async (folder) => {
  mkdirSync(folder.at("a/b"), { recursive: true })
  writeFileSync(folder.at("a/b/x"), "")
  const changes = files.watch(folder.path, { recursive: true, settle: 0 }).open()
  const told = asyncio.createTask(() => until(folder, changes, "a/b/x"))
  // The host may need a while until it watches what lies deep.
  const writer = asyncio.createTask(async () => {
    for (;;) {
      appendFileSync(folder.at("a/b/x"), "more")
      await asyncio.sleep(0.01)
    }
  })
  assert.match(await told, /changed|renamed/)
  writer.cancel()
  await changes.return()
})

inFolder("the same change that nobody has taken is told once, and one save is one change", async (folder) => {
  writeFileSync(folder.at("x"), "")
  writeFileSync(folder.at("y"), "")
  const changes = files.watch(folder.path, { settle: 0.03 }).open()
  for (let i = 0; i < 20; i += 1) appendFileSync(folder.at("x"), "more")
  appendFileSync(folder.at("y"), "more")
  const told = [await changes.next(), await changes.next()].map(({ value }) => `${value?.kind} ${relative(folder.path, value?.path ?? "")}`)
  assert.deepEqual(told, ["changed x", "changed y"])
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(changes.next(), 0.02))
  await changes.return()
})

inFolder("a change that is told again takes no more room", async (folder) => {
  writeFileSync(folder.at("x"), "")
  const changes = files.watch(folder.at("x"), { buffer: 1, settle: 0 }).open()
  const other = files.watch(folder.path, { settle: 0 }).open()
  for (let i = 0; i < 5; i += 1) {
    appendFileSync(folder.at("x"), "more")
    await until(folder, other, "x")
  }
  assert.match(String(changes), /\[open, changes:1\]/)
  for (const watcher of [changes, other]) await watcher.return()
})

inFolder("it begins with the first step, ends with the loop's end, and the host watches nothing any more", async (folder) => {
  await unwatched()
  const changes = files.watch(folder.path, { settle: 0 })
  assert.equal(watched(), 0)
  const task = asyncio.createTask(async () => {
    for await (const { path } of changes) return relative(folder.path, path)
    return "nothing"
  })
  while (watched() === 0) await asyncio.sleep(0)
  writeFileSync(folder.at("x"), "")
  assert.equal(await task, "x")
  await unwatched()
  assert.deepEqual(await changes.next(), { done: true, value: undefined })
})

inFolder("a cancelled wait loses no change, and a cancelled loop ends the watch", async (folder) => {
  const changes = files.watch(folder.path, { settle: 0 }).open()
  const wait = asyncio.createTask(changes.next())
  await asyncio.sleep(0)
  wait.cancel()
  writeFileSync(folder.at("x"), "")
  await asyncio.wait([wait])
  assert.equal(fate(wait), "cancelled")
  assert.equal(await until(folder, changes, "x"), "renamed")
  const loop = asyncio.createTask(async () => {
    for await (const change of changes) assert.ok(change)
  })
  await asyncio.sleep(0.001)
  loop.cancel()
  await asyncio.wait([loop])
  await unwatched()
  assert.deepEqual(await changes.next(), { done: true, value: undefined })
})

inFolder("a full buffer fails, or drops what the options say", async (folder) => {
  // A link to a file that is there makes one change, where a new file makes two.
  writeFileSync(folder.at("x"), "")
  const make = (): void => {
    for (const name of ["a", "b", "c"]) linkSync(folder.at("x"), folder.at(name))
  }
  const failing = files.watch(folder.path, { buffer: 2, settle: 0 }).open()
  const oldest = files.watch(folder.path, { buffer: 2, settle: 0, overflow: "drop oldest" }).open()
  const newest = files.watch(folder.path, { buffer: 2, settle: 0, overflow: "drop newest" }).open()
  make()
  while (!/ended, changes:2/.test(String(failing))) await asyncio.sleep(0.001)
  const names = async (changes: FileWatcher): Promise<string[]> => [await changes.next(), await changes.next()].map(({ value }) => relative(folder.path, value?.path ?? ""))
  assert.deepEqual(await names(newest), ["a", "b"])
  assert.deepEqual(await names(oldest), ["b", "c"])
  assert.deepEqual(await names(failing), ["a", "b"])
  assert.match((await thrownAs(asyncio.QueueFull, failing.next())).message, /2 changes of '.*' wait to be taken, and another came/)
  for (const changes of [oldest, newest]) await changes.return()
})

inFolder("what cannot be watched says what and why", async (folder) => {
  const error = (await thrown(files.watch(folder.at("none")).next())) as Error
  assert.equal(error.name, "FileNotFoundError")
  assert.match(error.message, /^cannot watch '.*none': /)
  assert.match(thrownBy(() => files.watch(1 as never)).message, /files\.watch takes a path/)
  assert.match(thrownBy(() => files.watch(".", { buffer: 0 })).message, /the buffer of files\.watch must be at least 1/)
  assert.match(thrownBy(() => files.watch(".", { settle: NaN })).message, /settle of files\.watch is NaN/)
  assert.match(thrownBy(() => files.watch(".", { overflow: "x" as never })).message, /overflow is one of/)
})
