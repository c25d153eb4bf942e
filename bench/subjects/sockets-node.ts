/** Sockets of Node, with events and nothing else: what a library over them is measured against. */

import { connect, createServer, type AddressInfo, type Server } from "node:net"
import { connections, connectIdle, line } from "./sockets.ts"
import type { Programs } from "./program.ts"

const NEWLINE = 10

export const programs: Programs = {
  "tcp-echo": async (size) => {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      // Pieces of a line that has not ended.
      let pieces: Buffer[] = []
      socket.on("data", (data: Buffer) => {
        let start = 0
        for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, start)) {
          const rest = data.subarray(start, end + 1)
          socket.write(pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]))
          pieces = []
          start = end + 1
        }
        if (start < data.length) pieces.push(data.subarray(start))
      })
      socket.on("end", () => socket.end())
    })
    const port = await listen(server)
    const counts = await Promise.all(Array.from({ length: connections }, () => echo(port, size)))
    server.close()
    return counts.reduce((sum, count) => sum + count, 0)
  },

  "idle-connections": async (size) => {
    const sockets = new Set<object>()
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      sockets.add(socket)
      socket.on("data", (data: Buffer) => socket.write(data))
      socket.on("end", () => socket.end())
      socket.on("error", () => socket.destroy())
      socket.on("close", () => sockets.delete(socket))
    })
    const answered = await connectIdle(await listen(server), size)
    server.close()
    return answered
  },
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: 10_000 }, () => resolve((server.address() as AddressInfo).port)) // of TCP
  })
}

function echo(port: number, times: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true })
    let done = 0
    let bytes = 0
    socket.on("connect", () => socket.write(line))
    socket.on("data", (data: Buffer) => {
      bytes += data.length
      if (bytes < line.length) return
      bytes -= line.length
      done += 1
      if (done < times) socket.write(line)
      else socket.end()
    })
    socket.on("error", reject)
    socket.on("close", () => resolve(done))
  })
}
