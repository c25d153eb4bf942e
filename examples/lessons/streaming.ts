/** Answers of a language model arrive token by token: two at a time, and none for a reader who has left. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout } from "node:timers/promises"

const arrived: string[] = [] // whose tokens came, in that order

const ask = asyncio.coroutine("ask", async (url: string, topic: string) => {
  const signal = asyncio.currentTask()?.signal as AbortSignal
  const { body } = await fetch(`${url}/${topic}`, { signal })
  if (body === null) throw new Error("an answer without a body")
  let answer = ""
  for await (const tokens of body.pipeThrough(new TextDecoderStream())) {
    arrived.push(topic)
    answer += tokens
  }
  console.log(`${topic}:${answer}`)
})

async function main(): Promise<void> {
  await withModel(async (url) => {
    await asyncio.gather([() => ask(url, "masala"), () => ask(url, "green"), () => ask(url, "ginger")], { limit: 2 })
    console.log(`their tokens came by turns: ${arrived.lastIndexOf("masala") > arrived.indexOf("green")}`)
    console.log(`the third waited for its turn: ${arrived.indexOf("ginger") > arrived.lastIndexOf("masala")}`)

    await asyncio.moveOnAfter(0.5).run(() => ask(url, "endless"))
    console.log("the reader has left")
    await asyncio.sleep(0.3)
  })
}

const answers: Record<string, string> = {
  masala: "milk and spice",
  green: "leaves that were not dried for long",
  ginger: "a root, sliced and boiled for a while",
}

/** A model of our own: a token every tenth of a second, as long as somebody reads. */
async function withModel(body: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => void stream(request.url?.slice(1) ?? "", response))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function stream(topic: string, response: ServerResponse): Promise<void> {
  for (const token of answers[topic]?.split(" ") ?? Array<string>(1000).fill("and")) {
    await setTimeout(100)
    if (response.destroyed) return console.log(`the model stops writing about ${topic}`)
    response.write(` ${token}`)
  }
  response.end()
}

await asyncio.run(main)
