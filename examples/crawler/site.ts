/** A few thousand pages on several hosts of this machine, to be crawled. */
import * as asyncio from "asyncio-ts"
import { serve, type HttpServer } from "asyncio-ts/http"

const LINKS = 5
/** Every so many a page leads nowhere. */
const BROKEN = 97

export interface Site {
  readonly start: URL
  /** Pages that answer. */
  readonly pages: number
  /** Links that lead nowhere. */
  readonly broken: number
  /** The largest number of requests that one host has had at a time. */
  readonly busiest: () => number
  close(): Promise<void>
}

/** Serves `pages` pages, spread over `hosts` servers, each of which takes its time. */
export async function startSite(pages: number, hosts: number): Promise<Site> {
  const servers: HttpServer[] = []
  let busiest = 0
  for (let host = 0; host < hosts; host += 1) {
    let busy = 0
    servers.push(
      await serve(async (request) => {
        busy += 1
        busiest = Math.max(busiest, busy)
        try {
          await asyncio.sleep(0.002)
          const page = Number(new URL(request.url).pathname.slice(1))
          if (page % BROKEN === BROKEN - 1) return new Response("gone", { status: 404 })
          return new Response(html(page), { headers: { "content-type": "text/html" } })
        } finally {
          busy -= 1
        }
      }),
    )
  }
  // From each page to the next ones of a tree, so that all are reached; hosts take turns.
  const link = (page: number): string => `${servers[page % hosts]?.url}/${page}`
  const html = (page: number): string => {
    const next = Array.from({ length: LINKS }, (_, index) => page * LINKS + index + 1).filter((other) => other < pages)
    return `<h1>Page ${page}</h1>${[...next, 0].map((other) => `<a href="${link(other)}">${other}</a>`).join("\n")}`
  }
  const reached = reachable(pages)
  return {
    start: new URL(link(0)),
    pages: reached.filter((page) => page % BROKEN !== BROKEN - 1).length,
    broken: reached.filter((page) => page % BROKEN === BROKEN - 1).length,
    busiest: () => busiest,
    close: async () => {
      for (const server of servers) await server.close()
    },
  }
}

/** The pages that links lead to; behind a broken one there are none. */
function reachable(pages: number): number[] {
  const found = [0]
  for (const page of found) {
    if (page % BROKEN === BROKEN - 1) continue
    for (let index = 1; index <= LINKS && page * LINKS + index < pages; index += 1) found.push(page * LINKS + index)
  }
  return found
}
