/** Scraping with politeness: what robots.txt forbids is left alone, and the site is never flooded. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

import { RateLimiter } from "../custom/rate-limiter.ts"

const WORKERS = 2

/** Follows every link from `/`, with a few workers who share a queue of paths. */
async function scrape(base: string): Promise<string[]> {
  const robots = await (await fetch(`${base}/robots.txt`)).text()
  const forbidden = [...robots.matchAll(/^Disallow: (.*)$/gm)].map(([, path = ""]) => path)
  const limiter = new RateLimiter(1, 0.1) // one request in a tenth of a second
  const queue = new asyncio.Queue<string>()
  const seen = new Set<string>()
  const found = (path: string): void => {
    if (seen.has(path) || forbidden.includes(path)) return
    seen.add(path)
    queue.putNowait(path)
  }
  const worker = async (): Promise<void> => {
    for await (const path of queue) {
      await limiter.acquire()
      const html = await (await fetch(base + path)).text()
      for (const [, link = ""] of html.matchAll(/href="(.*?)"/g)) found(link)
      queue.taskDone()
    }
  }
  found("/")
  await new asyncio.TaskGroup().run(async (group) => {
    for (let i = 0; i < WORKERS; i += 1) group.createTask(worker)
    await queue.join() // every page that was found has been read
    queue.shutdown()
  })
  return [...seen].toSorted()
}

async function main(): Promise<void> {
  await withSite(async (base, most) => {
    const pages = await scrape(base)
    console.log(`${pages.length} pages: ${pages.join(" ")}`)
    console.log(`never more than ${WORKERS} at a time: ${most() <= WORKERS}`)
  })
}

const links: Record<string, string[]> = {
  "/": ["/teas", "/cups", "/private"],
  "/teas": ["/masala", "/green", "/"],
}

/** A site of our own; `most` tells how many requests it had at a time. */
async function withSite(body: (base: string, most: () => number) => Promise<void>): Promise<void> {
  let open = 0
  let most = 0
  const server = createServer((request, response) => {
    most = Math.max(most, (open += 1))
    response.on("close", () => (open -= 1))
    const html = (links[request.url ?? ""] ?? []).map((link) => `<a href="${link}">`).join("")
    setTimeout(() => response.end(request.url === "/robots.txt" ? "Disallow: /private\n" : html), 50)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => most)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

await asyncio.run(main)
