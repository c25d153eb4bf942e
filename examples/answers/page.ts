/** The page in front of the model, and where it gets its answers. */
import { readFile } from "node:fs/promises"
import type OpenAI from "openai"
import type { Coroutine } from "asyncio-ts"
import { eventStream, serve, type HttpServer } from "asyncio-ts/http"
import { askAll } from "./ask.ts"

export function startPage(model: OpenAI, port: number): Coroutine<HttpServer> {
  return serve(
    async (request) => {
      const { pathname, searchParams } = new URL(request.url)
      switch (pathname) {
        case "/":
          return new Response(await readFile(new URL("page.html", import.meta.url)), { headers: { "content-type": "text/html; charset=utf-8" } })
        case "/ask":
          return eventStream(events(askAll(model, searchParams.getAll("question"))))
        default:
          return new Response("there is only / and /ask\n", { status: 404 })
      }
    },
    { host: "127.0.0.1", port },
  )
}

/** With a last event: a browser would ask again where a stream just ends. */
async function* events(pieces: AsyncIterable<object>): AsyncGenerator<{ event?: string; data: unknown }> {
  for await (const piece of pieces) yield { data: piece }
  yield { event: "done", data: "" }
}
