import assert from "node:assert/strict"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { relative } from "node:path"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import type { WalkOptions } from "#src/io/files/walk.ts"
import { inFolder, type Folder } from "../../support/in-folder.ts"
import { fate, thrown, thrownBy, ticks } from "../../support/record.ts"

/** A tree of directories (with a slash at the end) and files. */
function plant(folder: Folder, ...names: string[]): void {
  for (const name of names) {
    if (name.endsWith("/")) mkdirSync(folder.at(name), { recursive: true })
    else writeFileSync(folder.at(name), "")
  }
}

async function found(folder: Folder, options: WalkOptions = {}): Promise<string[]> {
  const entries: string[] = []
  for await (const { path, kind, depth } of files.walk(folder.path, options)) entries.push(`${relative(folder.path, path)} ${kind} ${depth}`)
  return entries.sort()
}

inFolder("it gives all that is in a tree, a directory before what is in it", async (folder) => {
  plant(folder, "a/b/", "c/", "1", "a/2", "a/b/3")
  assert.deepEqual(await found(folder), ["1 file 1", "a directory 1", "a/2 file 2", "a/b directory 2", "a/b/3 file 3", "c directory 1"])
  const order: string[] = []
  for await (const { path } of files.walk(folder.path)) order.push(relative(folder.path, path))
  assert.ok(order.indexOf("a") < order.indexOf("a/b") && order.indexOf("a/b") < order.indexOf("a/b/3"))
})

inFolder("maxDepth and enter say how deep and where", async (folder) => {
  plant(folder, "a/b/", "a/b/3", "c/", "c/4")
  assert.deepEqual(await found(folder, { maxDepth: 1 }), ["a directory 1", "c directory 1"])
  assert.deepEqual(await found(folder, { enter: ({ name }) => name !== "c" }), ["a directory 1", "a/b directory 2", "a/b/3 file 3", "c directory 1"])
})

inFolder("links are told as links, or followed, each directory once, round no circle", async (folder) => {
  plant(folder, "a/b/", "a/1")
  symlinkSync("..", folder.at("a/b/up"))
  symlinkSync("a", folder.at("again"))
  symlinkSync("a/1", folder.at("file"))
  symlinkSync("none", folder.at("broken"))
  assert.deepEqual(await found(folder), ["a directory 1", "a/1 file 2", "a/b directory 2", "a/b/up symlink 3", "again symlink 1", "broken symlink 1", "file symlink 1"])
  const followed = await found(folder, { followSymlinks: true })
  assert.equal(followed.filter((entry) => entry.includes("1 file")).length, 1, "what is in a is found once, by one of its names")
  assert.ok(followed.includes("file file 1") && followed.includes("broken symlink 1"))
  assert.equal(followed.filter((entry) => entry.includes("up directory")).length, 1)
})

inFolder("a directory larger than a part is given whole", async (folder) => {
  const names = Array.from({ length: 600 }, (_, i) => `${i}`)
  plant(folder, ...names)
  assert.deepEqual(await found(folder), names.map((name) => `${name} file 1`).sort())
})

for (const leave of ["break", "throw", "cancel"] as const) {
  inFolder(`left by ${leave} in the midst of a directory, nothing stays open`, async (folder) => {
    plant(folder, ...Array.from({ length: 300 }, (_, i) => `${i}`))
    const task = asyncio.createTask(async () => {
      let seen = 0
      for await (const entry of files.walk(folder.path)) {
        seen += 1
        if (seen < 100) continue
        assert.deepEqual(folder.open(), [folder.path], "it is being read")
        if (leave === "break") break
        if (leave === "throw") throw new Error(entry.kind)
        await new asyncio.Future()
      }
    })
    if (leave === "cancel") {
      while (folder.open().length === 0) await asyncio.sleep(0)
      await asyncio.sleep(0.01)
      task.cancel()
    }
    await asyncio.wait([task])
    assert.equal(fate(task), leave === "break" ? "returned undefined" : leave === "throw" ? "failed Error: file" : "cancelled")
    await folder.quiet()
    assert.deepEqual(folder.open(), [])
  })
}

for (const after of [0, 1, 2, 4]) {
  inFolder(`cancelled while it reads, nothing stays open (${after})`, async (folder) => {
    plant(folder, ...Array.from({ length: 300 }, (_, i) => `${i}`))
    const task = asyncio.createTask(() => found(folder))
    await ticks(after)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    await folder.quiet()
    while (folder.open().length > 0) await asyncio.sleep(0.001)
  })
}

inFolder("what cannot be read fails the walk, or is told to onError, and the walk goes on", async (folder) => {
  plant(folder, "a/", "b/", "b/1")
  const broken = files.walk(folder.at("none")).next()
  const error = (await thrown(broken)) as Error
  assert.equal(error.name, "FileNotFoundError")
  assert.match(error.message, /^cannot read the directory '.*none': /)
  assert.equal(((await thrown(files.walk(folder.at("b/1")).next())) as Error).name, "NotADirectoryError")
  const told: string[] = []
  const seen: string[] = []
  const onError = (failure: unknown, path: string): void => void told.push(`${(failure as Error).name} ${relative(folder.path, path)}`)
  for await (const { name } of files.walk(folder.path, { onError })) {
    seen.push(name)
    // Gone before it is looked into.
    if (name === "a") await files.removeTree(folder.at("a"))
  }
  assert.deepEqual(seen.sort(), ["1", "a", "b"])
  assert.deepEqual(told, ["FileNotFoundError a"])
})

inFolder("an error of the consumer's is not told to onError", async (folder) => {
  plant(folder, "a")
  const told: unknown[] = []
  const walking = (async () => {
    for await (const entry of files.walk(folder.path, { onError: (error) => void told.push(error) })) throw new Error(entry.name)
  })()
  assert.equal(String(await thrown(walking)), "Error: a")
  assert.deepEqual(told, [])
})

inFolder("wrong arguments are refused at the call", async () => {
  assert.match(thrownBy(() => files.walk(1 as never)).message, /files\.walk takes a path/)
  assert.match(thrownBy(() => files.walk(".", { maxDepth: 0 })).message, /the maxDepth of files\.walk must be at least 1/)
  assert.match(thrownBy(() => files.walk(".", { enter: 1 as never })).message, /enter of files\.walk is a function/)
})
