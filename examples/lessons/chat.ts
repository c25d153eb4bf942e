/** A chat: the server passes on what each client says to all the others. */
import * as asyncio from "asyncio-ts"
import { once } from "node:events"
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import { createInterface } from "node:readline"

const sockets = new Set<Socket>()

/** One client, as long as it is connected. */
async function serve(socket: Socket): Promise<void> {
  sockets.add(socket)
  socket.write("welcome\n")
  for await (const line of createInterface(socket)) {
    for (const other of sockets) if (other !== socket) other.write(`${line}\n`)
  }
  sockets.delete(socket)
}

class Client {
  readonly name: string
  readonly #socket: Socket
  readonly #lines: AsyncIterator<string>

  constructor(name: string, port: number) {
    this.name = name
    this.#socket = connect(port, "127.0.0.1")
    this.#lines = createInterface(this.#socket)[Symbol.asyncIterator]()
  }

  say(text: string): void {
    this.#socket.write(`${this.name}: ${text}\n`)
  }

  /** The next line that anybody else has said. */
  async hear(): Promise<string> {
    const { value } = await this.#lines.next()
    return String(value)
  }

  leave(): void {
    this.#socket.end()
  }
}

async function main(): Promise<void> {
  const server = createServer((socket) => {
    asyncio.createTask(() => serve(socket))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo

  const [alice, bob, carol] = ["Alice", "Bob", "Carol"].map((name) => new Client(name, port)) as [Client, Client, Client]
  await asyncio.gather([alice.hear(), bob.hear(), carol.hear()]) // all are welcome

  alice.say("Chai, anyone?")
  console.log(`Bob hears ${await bob.hear()}`)
  console.log(`Carol hears ${await carol.hear()}`)
  bob.say("Yes, please!")
  console.log(`Alice hears ${await alice.hear()}`)
  console.log(`Carol hears ${await carol.hear()}`)

  for (const client of [alice, bob, carol]) client.leave()
  server.close()
  await once(server, "close")
  console.log(`${sockets.size} are left`)
}

await asyncio.run(main)
