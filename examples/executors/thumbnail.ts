/** Makes a small picture of a large one: it runs in a worker, where reading and writing may block. */
import { readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"

/** Pixels of a thumbnail, each way. */
const SIZE = 32

/** What became of a picture: an error of one is no error of the whole. */
export type Made = { readonly small: string } | { readonly problem: string }

/** Reads a portable pixmap, and writes `small-NAME` beside it. */
export function thumbnail(path: string): Made {
  const bytes = readFileSync(path)
  const [, width = "", height = ""] = /^P6 (\d+) (\d+) 255\n/.exec(bytes.toString("latin1", 0, 32)) ?? []
  if (width === "") return { problem: `${basename(path)} is no portable pixmap` }
  const head = `P6 ${width} ${height} 255\n`.length
  const small = Buffer.alloc(SIZE * SIZE * 3)
  const [across, down] = [Number(width) / SIZE, Number(height) / SIZE]
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      for (let color = 0; color < 3; color += 1) small[(y * SIZE + x) * 3 + color] = mean(x, y, color)
    }
  }
  const written = join(dirname(path), `small-${basename(path)}`)
  writeFileSync(written, Buffer.concat([Buffer.from(`P6 ${SIZE} ${SIZE} 255\n`), small]))
  return { small: written }

  /** Of the large pixels under a small one. */
  function mean(x: number, y: number, color: number): number {
    let sum = 0
    let count = 0
    for (let row = Math.floor(y * down); row < Math.floor((y + 1) * down); row += 1) {
      for (let column = Math.floor(x * across); column < Math.floor((x + 1) * across); column += 1) {
        sum += bytes[head + (row * Number(width) + column) * 3 + color] ?? 0
        count += 1
      }
    }
    return Math.round(sum / count)
  }
}
