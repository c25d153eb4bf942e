/**
 * Crawls a site of 3,000 pages on three hosts of this machine.
 *
 *     node --conditions=asyncio-ts:source examples/crawler/main.ts [PAGES]
 */
import * as asyncio from "asyncio-ts"
import { crawl, type Progress } from "./crawl.ts"
import { startSite } from "./site.ts"

const WIDTH = 40

async function main(): Promise<void> {
  const site = await startSite(Number(process.argv[2] ?? 3_000), 3)
  const begun = performance.now()
  const { pages, bytes, failures } = await crawl(site.start, { limit: 40, perHost: 8, onProgress })
  const seconds = (performance.now() - begun) / 1000
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K")
  console.log(`${pages} pages, ${(bytes / 1024).toFixed(0)} KiB, ${failures.size} broken links in ${seconds.toFixed(1)} s`)
  console.log(`no host had more than ${site.busiest()} requests at a time`)
  await site.close()
}

let shown = 0

function onProgress({ done, found, failed }: Progress): void {
  const now = performance.now()
  if (!process.stdout.isTTY || (now - shown < 50 && done < found)) return
  shown = now
  const filled = Math.round((done / found) * WIDTH)
  process.stdout.write(`\r${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done} of ${found} found, ${failed} broken\u001b[K`)
}

await asyncio.run(main).catch((error: unknown) => {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
})
