import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import * as asyncio from "asyncio-ts"
import { files } from "#src/io/files.ts"
import { inFolder } from "../../support/in-folder.ts"
import { fate, thrown, thrownBy, ticks } from "../../support/record.ts"

inFolder("it gives the lines of a file, opens it at the first step and closes it at the end", async (folder) => {
  const lines = files.lines(folder.at("x"))
  writeFileSync(folder.at("x"), "one\r\ntwo\n\nend")
  assert.deepEqual(folder.open(), [])
  const seen: string[] = []
  for await (const line of lines) {
    seen.push(line)
    assert.deepEqual(folder.open(), [folder.at("x")])
  }
  assert.deepEqual(seen, ["one", "two", "", "end"])
  assert.deepEqual(folder.open(), [])
})

inFolder("many lines over many chunks come whole and in order", async (folder) => {
  const text = Array.from({ length: 50_000 }, (_, i) => `line ${i} €`)
  writeFileSync(folder.at("x"), text.join("\n"))
  const seen: string[] = []
  for await (const line of files.lines(folder.at("x"))) seen.push(line)
  assert.deepEqual(seen, text)
})

for (const leave of ["break", "throw", "cancel"] as const) {
  inFolder(`left by ${leave}, the file is closed`, async (folder) => {
    writeFileSync(folder.at("x"), "one\ntwo\nthree\n")
    const inside = new asyncio.Event()
    const task = asyncio.createTask(async () => {
      for await (const line of files.lines(folder.at("x"))) {
        if (leave === "break") break
        if (leave === "throw") throw new Error(line)
        inside.set()
        await new asyncio.Future()
      }
    })
    if (leave === "cancel") {
      await inside.wait()
      task.cancel()
    }
    await asyncio.wait([task])
    assert.equal(fate(task), leave === "break" ? "returned undefined" : leave === "throw" ? "failed Error: one" : "cancelled")
    await folder.quiet()
    assert.deepEqual(folder.open(), [])
  })
}

for (const after of [0, 1, 2, 4, 8]) {
  inFolder(`cancelled after ${after} turns, nothing stays open`, async (folder) => {
    writeFileSync(folder.at("x"), "x".repeat(1000).concat("\n").repeat(5000))
    const task = asyncio.createTask(async () => {
      for await (const line of files.lines(folder.at("x"))) assert.equal(line.length, 1000)
    })
    await ticks(after)
    task.cancel()
    await asyncio.wait([task])
    assert.equal(fate(task), "cancelled")
    await folder.quiet()
    assert.deepEqual(folder.open(), [])
  })
}

inFolder("what cannot be opened is thrown by the first step, and wrong arguments at the call", async (folder) => {
  const error = (await thrown(files.lines(folder.at("none")).next())) as Error
  assert.equal(error.name, "FileNotFoundError")
  assert.match(error.message, /^cannot open '.*none': /)
  assert.match(thrownBy(() => files.lines(1 as never)).message, /files\.lines takes a path/)
})
