/** Reading 100 files, and 1,000, from a drive that takes 10 ms for each. */
import * as asyncio from "asyncio-ts"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const read = asyncio.coroutine("read", async (file: string) => {
  await asyncio.sleep(0.01) // the drive
  const text = await readFile(file, "utf8")
  return text.length
})

async function inTurn(files: string[]): Promise<number> {
  let characters = 0
  for (const file of files) characters += await read(file)
  return characters
}

async function together(files: string[]): Promise<number> {
  const lengths = await asyncio.gather(files.map((file) => read(file)))
  return lengths.reduce((total, length) => total + length, 0)
}

async function measure(what: string, work: () => Promise<number>): Promise<void> {
  const loop = asyncio.getRunningLoop()
  const start = loop.time()
  const characters = await work()
  console.log(`${what}: ${characters} characters in ${(loop.time() - start).toFixed(2)}s`)
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "hundred-files-"))
  try {
    const files = Array.from({ length: 1000 }, (_, index) => join(folder, `${index}.txt`))
    await asyncio.gather(files.map((file) => writeFile(file, "ten chars.")))
    await measure("100 files, one after the other", () => inTurn(files.slice(0, 100)))
    await measure("100 files, together", () => together(files.slice(0, 100)))
    await measure("1,000 files, together", () => together(files))
  } finally {
    await rm(folder, { recursive: true })
  }
}

await asyncio.run(main)
