/**
 * Makes thumbnails of all pictures of a folder, on all cores, and shows how far it is. One that
 * is no picture is named, and the others go on.
 *
 *     node --conditions=asyncio-ts:source examples/executors/thumbnails.ts [PICTURES]
 */
import * as asyncio from "asyncio-ts"
import { InterpreterPoolExecutor } from "asyncio-ts/executors"
import { join } from "node:path"
import type * as pictures from "./thumbnail.ts"

const WIDTH = 40
const count = Number(process.argv[2] ?? 40)

/** A picture of 512 by 512 pixels. */
function picture(seed: number): Buffer {
  const pixels = Buffer.alloc(512 * 512 * 3)
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at * seed) % 251
  return Buffer.concat([Buffer.from("P6 512 512 255\n"), pixels])
}

async function main(folder: string): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => join(folder, `${index}.ppm`))
  for (const [index, name] of names.entries()) await asyncio.files.write(name, picture(index + 3))
  await asyncio.files.write(join(folder, "notes.txt"), "no picture")

  const pool = new InterpreterPoolExecutor()
  const { thumbnail } = pool.module<typeof pictures>(new URL("./thumbnail.ts", import.meta.url))
  const files = [...names, join(folder, "notes.txt")]
  let done = 0
  let made = 0
  try {
    // As they are ready: a large picture keeps no other from being counted.
    for await (const outcome of pool.map(thumbnail, files, { ordered: false })) {
      done += 1
      if ("small" in outcome) made += 1
      else say(outcome.problem)
      if (process.stdout.isTTY) process.stdout.write(`\r${"█".repeat(Math.round((done / files.length) * WIDTH)).padEnd(WIDTH, "░")} ${done} of ${files.length}\u001b[K`)
    }
  } finally {
    await pool.shutdown()
  }
  say(`${made} thumbnails of ${files.length} files`)
}

/** A line of its own, in place of the bar. */
function say(line: string): void {
  console.log(`${process.stdout.isTTY ? "\r\u001b[K" : ""}${line}`)
}

await asyncio.run(() => asyncio.files.temporaryDirectory().run(main))
