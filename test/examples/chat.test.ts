import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { connectWebSocket } from "asyncio-ts/http"
import { Chat } from "../../examples/chat/chat.ts"
import { chatOverTcp } from "../../examples/chat/over-tcp.ts"
import { chatOverWeb } from "../../examples/chat/over-web.ts"

interface Talker {
  say(line: string): PromiseLike<void>
  hear(): PromiseLike<string>
  leave(): PromiseLike<void>
}

async function byTcp(server: asyncio.Server): Promise<Talker> {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", Number(server.sockets[0]?.getsockname()?.[1]))
  return {
    say: async (line) => {
      writer.write(`${line}\n`)
      await writer.drain()
    },
    hear: async () => (await reader.readLine()).toString().trim(),
    leave: () => writer[Symbol.asyncDispose](),
  }
}

async function byWeb(url: string): Promise<Talker> {
  const socket = await connectWebSocket(`${url}/chat`)
  return { say: (line) => socket.send(line), hear: async () => String(await socket.receive()), leave: () => socket.close() }
}

test("people in one room hear each other, over TCP and in the browser", () =>
  asyncio.run(async () => {
    const chat = new Chat()
    const tcp = await chatOverTcp(chat, "127.0.0.1", 0)
    const web = await chatOverWeb(chat, "127.0.0.1", 0)
    const ann = await byTcp(tcp)
    const ben = await byWeb(web.url)

    assert.equal(await ann.hear(), "* who are you?")
    await ann.say("Ann")
    assert.equal(await ann.hear(), "* Ann has come to lobby")
    assert.equal(await ben.hear(), "* who are you?")
    await ben.say("Ann")
    assert.equal(await ben.hear(), "* Ann is here already; who are you?")
    await ben.say("Ben")
    assert.equal(await ben.hear(), "* Ben has come to lobby")
    assert.equal(await ann.hear(), "* Ben has come to lobby")
    await ben.say("Chai?")
    assert.equal(await ann.hear(), "Ben: Chai?")
    assert.equal(await ben.hear(), "Ben: Chai?")

    await ann.say("/join kitchen")
    assert.equal(await ben.hear(), "* Ann has left lobby")
    assert.equal(await ann.hear(), "* Ann has come to kitchen")
    await ann.say("/rooms")
    assert.equal(await ann.hear(), "* rooms: lobby (1), kitchen (1)")

    await ann.leave()
    await ben.leave()
    tcp.close()
    await tcp.waitClosed()
    await web.close()
  }))

test("a member who does not read is put out, and holds nobody up", () =>
  asyncio.run(async () => {
    const chat = new Chat()
    const tcp = await chatOverTcp(chat, "127.0.0.1", 0)
    const [ann, slow] = [await byTcp(tcp), await byTcp(tcp)]
    await slow.say("Slow")
    await ann.say("Ann")
    const line = "x".repeat(1_500)
    const heard = asyncio.createTask(async () => {
      for (let line = await ann.hear(); line !== ""; line = await ann.hear()) if (line === "* Slow has left lobby") return true
      return false
    })
    while (!heard.done()) {
      await ann.say(line)
      await asyncio.sleep(0)
    }
    assert.equal(await heard, true)
    await ann.leave()
    tcp.close()
    tcp.abortClients()
    await tcp.waitClosed()
  }))
