/** The chat for browsers: a page, and a WebSocket to talk through. */
import { readFile } from "node:fs/promises"
import type { Coroutine } from "asyncio-ts"
import { serve, upgradeWebSocket, type HttpServer, type WebSocket } from "asyncio-ts/http"
import type { Chat } from "./chat.ts"

export function chatOverWeb(chat: Chat, host: string, port: number): Coroutine<HttpServer> {
  return serve(
    async (request) => {
      switch (new URL(request.url).pathname) {
        case "/":
          return new Response(await readFile(new URL("page.html", import.meta.url)), { headers: { "content-type": "text/html; charset=utf-8" } })
        case "/chat":
          return await upgradeWebSocket(request, (socket) => chat.converse(messagesOf(socket), (line) => socket.send(line)), { maxMessageSize: 2_000 })
        default:
          return new Response("there is only / and /chat\n", { status: 404 })
      }
    },
    { host, port },
  )
}

async function* messagesOf(socket: WebSocket): AsyncGenerator<string, void> {
  for await (const message of socket) yield String(message).trim()
}
