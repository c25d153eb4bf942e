/**
 * What clients send to a server.
 */
import { equal, ok } from "node:assert/strict"
import { connect } from "node:net"
import * as asyncio from "asyncio-ts"
import { serve, upgradeWebSocket, type HttpServer } from "asyncio-ts/http"
import { piecesOf, type Target } from "../target.ts"

/** Turns of the host's loop without a byte after which nothing more is expected. */
const QUIET = 6
const MOST_BODY = 1000
/** Inputs after which an ordinary client asks too. */
const BETWEEN = 64

const reports: unknown[] = []
let server: HttpServer | undefined
let end: () => void = () => undefined
let inputs = 0

/** Sends it, and gives what comes until the server closes or is quiet. */
function exchanged(port: number, pieces: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    const got: Buffer[] = []
    let quiet = 0
    let over = false
    socket.on("data", (data: Buffer) => {
      quiet = 0
      got.push(data)
    })
    socket.on("error", () => undefined)
    socket.once("close", () => {
      over = true
      resolve(Buffer.concat(got))
    })
    socket.once("connect", () => {
      const left = [...pieces]
      const turn = (): void => {
        if (over) return
        const piece = left.shift()
        if (piece !== undefined && piece.length > 0) socket.write(piece)
        else if ((quiet += 1) > QUIET) return void socket.destroy()
        setImmediate(turn)
      }
      turn()
    })
  })
}

export const requests: Target = {
  name: "requests",
  sources: ["src/http/server/traffic.ts", "src/http/server/exchange.ts", "src/http/server/body-limit.ts", "src/http/server/linger.ts", "src/http/handler/request-runner.ts", "src/http/handler/node-response.ts", "src/http/websocket/upgrade-web-socket.ts", "src/http/websocket/web-socket.ts", "src/http/server/upgrade-offer.ts"],
  tokens: ["GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\n", "GET http://[::1/ HTTP/1.1\r\n", "GET //x HTTP/1.1\r\n", "CONNECT x:1 HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n", "GET / HTTP/1.0\r\n", "host: x\r\n", "host: \r\n", "host: a b\r\n", "host: x\r\nhost: y\r\n", "\r\n", "\n", "content-length: 3\r\n", "content-length: 3, 3\r\n", "content-length: 2000\r\n", "transfer-encoding: chunked\r\n", "transfer-encoding: chunked, identity\r\n", "transfer-encoding : chunked\r\n", "3\r\ntea\r\n", "3;x=y\r\ntea\r\n", "0\r\n\r\n", "0\r\nx: y\r\n\r\n", "7d0\r\n", "expect: 100-continue\r\n", "expect: x\r\n", "connection: close\r\n", "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "upgrade: h2c\r\n", new Uint8Array([0x81, 0x83, 0, 0, 0, 0, 1, 2, 3]), new Uint8Array([0x88, 0x80, 0, 0, 0, 0]), new Uint8Array([0x09, 0xff, 0x7f]), "x".repeat(200), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0", "é"],
  samples: [
    "GET /a?b HTTP/1.1\r\nhost: x\r\n\r\n",
    "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nteaGET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "POST /read HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\ntea\r\n0\r\n\r\n",
    "POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n",
    "GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x83\0\0\0\0tea",
  ],
  async open() {
    const running = asyncio.run(async () => {
      asyncio.getRunningLoop().setExceptionHandler((_loop, context) => void reports.push(context))
      const stop = new asyncio.Event()
      server = await serve(
        async (request) => {
          const { pathname } = new URL(request.url)
          if (pathname === "/ws") return upgradeWebSocket(request, async (socket) => {
            for await (const message of socket) await socket.send(message)
          })
          if (pathname === "/read") return new Response(await request.text())
          return new Response(pathname)
        },
        { maxBodySize: MOST_BODY, headersTimeout: 1 },
      )
      end = () => stop.set()
      opened()
      await stop.wait()
      await server.close({ gracePeriod: 0 })
    })
    let opened: () => void = () => undefined
    await new Promise<void>((resolve) => (opened = resolve))
    return async () => {
      end()
      await running
      const left = server?.statistics()
      equal(left?.inWork, 0, "requests are left in work")
    }
  },
  async try(input, cuts) {
    ok(server !== undefined)
    const { port } = server
    const got = (await exchanged(port, piecesOf(input, cuts.slice(0, 3)))).toString("latin1")
    ok(got === "" || got.startsWith("HTTP/1.1 "), `the answer begins with ${JSON.stringify(got.slice(0, 40))}`)
    ok(!got.includes("/smuggled") || /^GET \/smuggled|\r\n\r\nGET \/smuggled/.test(input.toString("latin1")), "a request came out of the body of another")
    inputs += 1
    if (inputs % BETWEEN === 0) {
      const answer = (await exchanged(port, [Buffer.from("GET /ok HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")])).toString("latin1")
      ok(/^HTTP\/1.1 200 /.test(answer) || answer === "", `the next client gets ${answer}`)
    }
    const [first] = reports.splice(0)
    if (first !== undefined) {
      const { message, exception } = first as { message?: string; exception?: unknown } // what the handler is given
      throw new Error(`reported: ${message ?? ""} ${exception instanceof Error ? (exception.stack ?? "") : String(exception)}`)
    }
  },
}
