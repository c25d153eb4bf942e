/** The servers behind the proxy: Node's own, so that only the clients are what is tested. */
import { createHash } from "node:crypto"
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from "node:net"
import { createServer as createTlsServer, TLSSocket } from "node:tls"
import { WebSocketServer } from "ws"
import { certificates } from "../support/certificates.ts"

/** 16 lines of 1 KiB. */
export const LINES = 16
export const DOCUMENT: Buffer = Buffer.from(Array.from({ length: LINES }, (_, at) => `${String.fromCharCode(97 + at).repeat(1023)}\n`).join(""))
export const EVENTS = 20

export function digest(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex")
}

/** Ports: of lines, lines over TLS, HTTP and HTTPS; the last two also speak WebSocket. */
export interface Ports {
  readonly tcp: number
  readonly tls: number
  readonly http: number
  readonly https: number
  close(): void
}

export async function startUpstream(): Promise<Ports> {
  const { cert, key } = certificates().server
  const sockets = new Set<Socket>()
  const servers = {
    tcp: createNetServer({ allowHalfOpen: true }, (socket) => talk(socket)),
    tls: createTlsServer({ cert, key }, (socket) => talk(socket)),
    http: createHttpServer(answer),
    https: createHttpsServer({ cert, key }, answer),
  }
  const webSocketServers = [servers.http, servers.https].map((server) =>
    new WebSocketServer({ server }).on("connection", (socket) => {
      socket.on("error", () => socket.terminate())
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }))
    }),
  )
  const port = async (server: Server): Promise<number> => {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      socket.on("error", () => socket.destroy())
    })
    server.on("tlsClientError", () => {})
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return (server.address() as AddressInfo).port // of TCP
  }
  return {
    tcp: await port(servers.tcp),
    tls: await port(servers.tls),
    http: await port(servers.http),
    https: await port(servers.https),
    close() {
      for (const server of Object.values(servers)) server.close()
      for (const server of webSocketServers) server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** A line says what is wanted: HELLO, DOCUMENT, TAKE n, STARTTLS. */
function talk(socket: Socket): void {
  socket.on("error", () => socket.destroy())
  let received = Buffer.alloc(0)
  let taking: number | undefined
  socket.on("end", () => socket.end())
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    if (taking === undefined) {
      const end = received.indexOf("\n")
      if (end === -1) return
      const [word, size] = received.subarray(0, end).toString().split(" ")
      received = received.subarray(end + 1)
      if (word === "HELLO") socket.write("WELCOME\n")
      else if (word === "DOCUMENT") socket.end(DOCUMENT)
      else if (word === "TAKE") taking = Number(size)
      else if (word === "STARTTLS") upgrade(socket)
    }
    if (taking !== undefined && received.length >= taking) {
      socket.end(`OK ${digest(received.subarray(0, taking))}\n`)
      taking = undefined
    }
  })
}

function upgrade(socket: Socket): void {
  const { cert, key } = certificates().server
  socket.removeAllListeners("data")
  socket.removeAllListeners("end")
  socket.write("GO\n", () => {
    const secured = new TLSSocket(socket, { isServer: true, cert, key })
    secured.on("close", () => socket.destroy())
    talk(secured)
  })
}

function answer({ url }: IncomingMessage, response: ServerResponse): void {
  response.on("error", () => response.destroy())
  if (url === "/small") {
    response.end("tea is ready")
  } else if (url === "/document") {
    response.writeHead(200, { "content-length": DOCUMENT.length })
    response.end(DOCUMENT)
  } else {
    response.writeHead(200, { "content-type": "text/event-stream" })
    for (let event = 0; event < EVENTS; event += 1) response.write(`id: ${event}\ndata: the event number ${event} of ${EVENTS}\n\n`)
    response.end()
  }
}
