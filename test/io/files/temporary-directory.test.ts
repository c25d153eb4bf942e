import assert from "node:assert/strict"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { inFolder } from "../../support/in-folder.ts"
import { fate, thrown, thrownBy, ticks } from "../../support/record.ts"

inFolder("it is there while the body runs, gives the body's value, and is then removed with all that is in it", async (folder) => {
  const made = await files.temporaryDirectory({ parent: folder.path, prefix: "mine-" }).run(async (path) => {
    assert.match(basename(path), /^mine-.{6}$/)
    assert.equal(dirname(path), folder.path)
    mkdirSync(join(path, "a"))
    writeFileSync(join(path, "a/x"), "")
    return path
  })
  assert.equal(existsSync(made), false)
  assert.deepEqual(readdirSync(folder.path), [])
})

inFolder("it is removed when the body throws, and the error goes on", async (folder) => {
  const boom = new Error("boom")
  assert.equal(
    await thrown(
      files.temporaryDirectory({ parent: folder.path }).run(async () => {
        throw boom
      }),
    ),
    boom,
  )
  assert.deepEqual(readdirSync(folder.path), [])
})

for (const cancellations of [1, 2]) {
  inFolder(`cancelled ${cancellations === 1 ? "once" : "while it cleans up, too"}, it is removed`, async (folder) => {
    const inside = new asyncio.Event()
    const task = asyncio.createTask(
      files.temporaryDirectory({ parent: folder.path }).run(async (path) => {
        for (let i = 0; i < 100; i += 1) writeFileSync(join(path, `${i}`), "")
        inside.set()
        await new asyncio.Future()
      }),
    )
    await inside.wait()
    for (let i = 0; i < cancellations; i += 1) {
      task.cancel()
      await ticks(3)
    }
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    await folder.quiet()
    assert.deepEqual(readdirSync(folder.path), [])
  })
}

inFolder("cancelled while it is made, nothing stays", async (folder) => {
  for (const after of [0, 1, 2, 3]) {
    const task = asyncio.createTask(files.temporaryDirectory({ parent: folder.path }).run(() => new asyncio.Future()))
    await ticks(after)
    task.cancel()
    await asyncio.wait([task])
    await folder.quiet()
    // The removal of what was made too late is the host's own, outside the line.
    while (readdirSync(folder.path).length > 0) await asyncio.sleep(0.001)
  }
})

inFolder("what cannot be made says where", async (folder) => {
  const error = (await thrown(files.temporaryDirectory({ parent: folder.at("none") }).run(() => 1))) as Error
  assert.equal(error.name, "FileNotFoundError")
  assert.match(error.message, /^cannot make a temporary directory '.*none\/tmp-…': /)
  assert.match(thrownBy(() => files.temporaryDirectory({ prefix: "a/b" })).message, /the prefix of a temporary directory is a part of a name, not "a\/b"/)
})
