/**
 * A chat with rooms: over TCP for `nc`, and in the browser.
 *
 *     node --conditions=asyncio-ts:source examples/chat/main.ts [TCP_PORT [WEB_PORT]]
 */
import * as asyncio from "asyncio-ts"
import { Chat } from "./chat.ts"
import { chatOverTcp } from "./over-tcp.ts"
import { chatOverWeb } from "./over-web.ts"

const [tcpPort = 7000, webPort = 7080] = process.argv.slice(2).map(Number)

async function main(): Promise<void> {
  const chat = new Chat()
  const tcp = await chatOverTcp(chat, "127.0.0.1", tcpPort)
  const web = await chatOverWeb(chat, "127.0.0.1", webPort)
  const [host, port] = tcp.sockets[0]?.getsockname() ?? []
  console.log(`nc ${host} ${port}, or ${web.url}; Ctrl-C ends it`)
  await new asyncio.TaskGroup().run((group) => {
    group.createTask(tcp.serveForever())
    group.createTask(web.serveForever())
  })
}

await asyncio.run(main).catch((error: unknown) => {
  if (!(error instanceof asyncio.KeyboardInterrupt)) throw error
})
