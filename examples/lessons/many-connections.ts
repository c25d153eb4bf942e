/** A server with a thousand clients at a time, all on one thread. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"

const CLIENTS = 1000

/** Answers one client, once all of them are there. */
async function serve(socket: Socket, everybody: asyncio.Barrier): Promise<void> {
  const [name] = await once(socket, "data")
  await everybody.wait()
  socket.end(`Hello, ${String(name)}!`)
}

const client = asyncio.coroutine("client", async (port: number, name: string) => {
  const socket = connect(port, "127.0.0.1")
  socket.setEncoding("utf8")
  await once(socket, "connect")
  socket.write(name)
  const [answer] = await once(socket, "data")
  return answer === `Hello, ${name}!`
})

async function main(): Promise<void> {
  const everybody = new asyncio.Barrier(CLIENTS)
  const server = createServer((socket) => {
    asyncio.createTask(() => serve(socket, everybody))
  })
  server.listen({ port: 0, host: "127.0.0.1", backlog: CLIENTS })
  await once(server, "listening")
  try {
    const { port } = server.address() as AddressInfo
    const names = Array.from({ length: CLIENTS }, (_, index) => `client ${index}`)
    const greeted = await asyncio.gather(names.map((name) => client(port, name)))
    console.log(`${greeted.filter(Boolean).length} of ${CLIENTS} clients were greeted, all of them connected at a time.`)
  } finally {
    server.close()
  }
}

await asyncio.run(main)
