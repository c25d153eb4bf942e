import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdirSync, truncateSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { fileLane } from "#src/io/files/file-lane.ts"
import { bytesRead, inFolder } from "../../support/in-folder.ts"
import { fate, thrown, thrownAs, thrownBy, ticks } from "../../support/record.ts"

inFolder("a file is read as bytes or text", async (folder) => {
  writeFileSync(folder.at("x"), "größe")
  assert.deepEqual(await files.read(folder.at("x")), Buffer.from("größe"))
  assert.equal(await files.readText(folder.at("x")), "größe")
  assert.equal(await files.readText(folder.at("x"), { encoding: "latin1" }), "grÃ¶Ã\u009fe")
})

inFolder("nothing is read before it is awaited", async (folder) => {
  const reading = files.readText(folder.at("x"))
  writeFileSync(folder.at("x"), "later")
  assert.equal(await reading, "later")
})

inFolder("what cannot be read says what, why and in which class", async (folder) => {
  mkdirSync(folder.at("folder"))
  for (const [name, kind, message] of [
    ["none", "FileNotFoundError", /^cannot read '.*none': there is no such file, directory or program \(ENOENT\)$/],
    ["folder", "IsADirectoryError", /^cannot read '.*folder': it is a directory \(EISDIR\)$/],
  ] as const) {
    const error = (await thrown(files.read(folder.at(name)))) as Error
    assert.equal(error.name, kind)
    assert.match(error.message, message)
  }
  assert.match(thrownBy(() => files.readText("x", { encoding: "ascii" as never })).message, /the encoding of a file/)
})

inFolder("a cancelled read ends at once, and the host's soon after", async (folder) => {
  const size = 64 * 1024 * 1024
  writeFileSync(folder.at("x"), "")
  truncateSync(folder.at("x"), size)
  const before = bytesRead()
  for (const after of [0, 1, 3]) {
    const task = asyncio.createTask(files.read(folder.at("x")))
    await ticks(after)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    await folder.quiet()
    assert.deepEqual(folder.open(), [])
  }
  // Of three files a few chunks each.
  assert.ok(bytesRead() - before < size)
  await thrownAs(asyncio.TimeoutError, asyncio.waitFor(files.read(folder.at("x")), 0.001))
})

inFolder("a thousand that are cancelled at once leave nothing in line", async (folder) => {
  writeFileSync(folder.at("x"), "x")
  const tasks = Array.from({ length: 1000 }, () => asyncio.createTask(files.read(folder.at("x"))))
  await ticks(2)
  for (const task of tasks) task.cancel()
  await asyncio.wait(tasks)
  await folder.quiet()
  assert.deepEqual(fileLane.statistics(), { active: 0, waiting: 0 })
  assert.equal(await files.readText(folder.at("x")), "x")
})

inFolder("of a thousand at once no more are in the host's hands than the limit says, also where a process may open 64 files", async (folder) => {
  const names = Array.from({ length: 1000 }, (_, i) => folder.at(`${i}`))
  for (const name of names) writeFileSync(name, name)
  let most = 0
  const watch = asyncio.createTask(async () => {
    for (;;) {
      most = Math.max(most, fileLane.statistics().active, folder.open().length)
      await asyncio.sleep(0.001)
    }
  })
  assert.deepEqual(await asyncio.gather(names.map((name) => files.readText(name))), names)
  watch.cancel()
  assert.ok(most > 1 && most <= 16, `${most} at once`)
  if (process.platform !== "win32") assert.deepEqual(await asyncio.wrapFuture(inNarrowProcess(folder.path)), { code: 0, output: "true 1000\n" })
})

/** Reads the thousand files of a folder at once in a process that may open 64. */
async function inNarrowProcess(folder: string): Promise<{ code: unknown; output: string }> {
  const program = `
    import * as asyncio from "asyncio-ts"
    import { files } from "#src/io/files.ts"
    const names = Array.from({ length: 1000 }, (_, i) => ${JSON.stringify(folder)} + "/" + i)
    const texts = await asyncio.run(async () => asyncio.gather(names.map((name) => files.readText(name))))
    console.log(texts.every((text, i) => text === names[i]), texts.length)
  `
  const root = fileURLToPath(new URL("../../../", import.meta.url))
  const child = spawn("/bin/sh", ["-c", 'ulimit -n 64 && exec "$0" "$@"', process.execPath, "--conditions=asyncio-ts:source", "--input-type=module", "-"], { cwd: root })
  child.stdin.end(program)
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part: string) => (output += part))
  const code = await new Promise((resolve) => child.on("close", resolve))
  return { code, output }
}
