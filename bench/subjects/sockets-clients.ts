/** `sockets-clients.ts PORT COUNT`: the clients of the bench `idle-connections`, in a process of their own. */

import { connect, type Socket } from "node:net"

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
/** As many at a time as a server's backlog takes. */
const AT_ONCE = 200

const sockets: Socket[] = []
while (sockets.length < count) {
  const wave = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, open)
  sockets.push(...(await Promise.all(wave)))
}
const answers = await Promise.all(sockets.map(ask))
process.stdout.write(String(answers.filter((answer) => answer === "ping\n").length))
for (const socket of sockets) socket.destroy()

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" })
    socket.once("connect", () => resolve(socket))
    socket.once("error", reject)
  })
}

function ask(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("data", (data) => resolve(String(data)))
    socket.once("error", reject)
    socket.write("ping\n")
  })
}
