/** The bench `http-server` on bare `node:http`: what there is without tasks, Request and Response. */

import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { greeting, Wrk } from "./http-server-wrk.ts"
import type { Program, Programs } from "./program.ts"

const headers = { "content-type": "text/plain; charset=UTF-8", "content-length": Buffer.byteLength(greeting) }

const serveGreeting: Program = async (size) => {
  const wrk = new Wrk(size)
  const server = createServer((_request, response) => {
    wrk.answered()
    response.writeHead(200, headers).end(greeting)
  })
  await once(server.listen(0, "127.0.0.1", 4_096), "listening")
  const { port } = server.address() as AddressInfo // of a TCP server
  const done = await wrk.run(port)
  server.closeAllConnections()
  server.close()
  return done
}

export const programs: Programs = { "http-server": serveGreeting, "http-server-response": serveGreeting }
