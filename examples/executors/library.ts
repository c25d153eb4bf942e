/** The server of the hybrid program: texts that come slowly, one that never comes, and one that is missing. */
import * as asyncio from "asyncio-ts"
import { serve, type HttpServer } from "asyncio-ts/http"

const WORDS = ["tea", "masala", "ginger", "cardamom", "kettle", "steep", "pour", "milk", "darjeeling", "cup"]

/** @param delay - seconds until a text begins to come */
export function startLibrary(delay: number): PromiseLike<HttpServer> {
  return serve(
    async (request) => {
      const book = new URL(request.url).pathname.slice(1)
      if (book === "endless") await asyncio.sleep(3600)
      if (book === "missing") return new Response("no such book", { status: 404 })
      await asyncio.sleep(delay)
      return new Response(textOf(Number(book)))
    },
    { host: "127.0.0.1", port: 0, gracePeriod: 0 },
  )
}

function textOf(book: number): string {
  return Array.from({ length: 2000 }, (_, word) => WORDS[(word * (book + 3) + book) % WORDS.length]).join(" ")
}
