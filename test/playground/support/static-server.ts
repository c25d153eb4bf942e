/** A plain server of files on a free port of this machine, in a folder of its own as on a shared host. */
import { existsSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" }
const FOLDER = "/some/folder/"

export class StaticServer {
  readonly #server: Server
  /** The address of the folder. */
  readonly address: string

  constructor(server: Server) {
    this.#server = server
    const { port } = server.address() as AddressInfo // it listens on a port
    this.address = `http://127.0.0.1:${port}${FOLDER}`
  }

  static async start(files: string): Promise<StaticServer> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1")
      const file = pathname.startsWith(FOLDER) ? join(files, pathname === FOLDER ? "index.html" : pathname.slice(FOLDER.length)) : ""
      if (file === "" || !existsSync(file)) response.writeHead(404).end()
      else response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file))
    })
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    return new StaticServer(server)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => void this.#server.close(resolve))
  }
}
