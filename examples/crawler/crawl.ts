/** Follows all links from one page: many requests at a time, few to any one host. */
import * as asyncio from "asyncio-ts"
import { Client, HTTPError } from "asyncio-ts/http"

export interface CrawlOptions {
  /** Requests at a time. */
  readonly limit: number
  /** Of these, requests to one host. */
  readonly perHost: number
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly done: number
  readonly found: number
  readonly failed: number
}

export interface Crawled {
  readonly pages: number
  readonly bytes: number
  /** What went wrong, by URL. */
  readonly failures: ReadonlyMap<string, string>
}

export const crawl = asyncio.coroutine(async function crawl(start: URL, { limit, perHost, onProgress }: CrawlOptions): Promise<Crawled> {
  const todo = new asyncio.Queue<URL>()
  const found = new Set<string>()
  const hosts = new Map<string, asyncio.Semaphore>()
  const failures = new Map<string, string>()
  let pages = 0
  let bytes = 0

  const enqueue = (url: URL): void => {
    url.hash = ""
    if (found.has(url.href) || !url.protocol.startsWith("http")) return
    found.add(url.href)
    todo.putNowait(url)
  }

  const visit = async (client: Client, url: URL): Promise<void> => {
    const response = await client.get(url)
    response.raiseForStatus()
    const text = await response.text()
    pages += 1
    bytes += text.length
    for (const [, href = ""] of text.matchAll(/<a\s[^>]*href="([^"]+)"/g)) if (URL.canParse(href, url)) enqueue(new URL(href, url))
  }

  const work = async (client: Client): Promise<void> => {
    for await (const url of todo) {
      const host = hosts.get(url.host) ?? new asyncio.Semaphore(perHost)
      hosts.set(url.host, host)
      try {
        await host.run(() => visit(client, url))
      } catch (error) {
        if (!(error instanceof HTTPError)) throw error
        failures.set(url.href, error.message)
      }
      onProgress?.({ done: pages + failures.size, found: found.size, failed: failures.size })
      todo.taskDone()
    }
  }

  enqueue(start)
  const client = new Client({ timeout: 10, limits: { maxConnections: limit } })
  try {
    await new asyncio.TaskGroup().run(async (group) => {
      for (let worker = 0; worker < limit; worker += 1) group.createTask(() => work(client))
      await todo.join()
      todo.shutdown() // the workers' loops end
    })
  } finally {
    await client.close()
  }
  return { pages, bytes, failures }
})
