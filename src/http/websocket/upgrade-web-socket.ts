import { WebSocketServer } from "ws"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { checkFunction, describe } from "../../structures/arguments.ts"
import { coroutine } from "../../core/body-coroutine.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { hostOperation } from "../../core/host-operation.ts"
import { getRunningLoop } from "../../core/running.ts"
import { moveOnAfter } from "../../tasks/timeouts.ts"
import { FastResponse } from "../server/fast-response.ts"
import { offerOf, type UpgradeOffer } from "../server/upgrade-offer.ts"
import { WebSocket } from "./web-socket.ts"
import { WebSocketClosedError } from "./web-socket-closed-error.ts"
import { webSocketSettings, type WebSocketOptions, type WebSocketSettings } from "./web-socket-options.ts"

const UNEXPECTED = 1011

/**
 * Makes a WebSocket of a request that asks for one, and runs `fn` with it; the handler
 * returns what this gives: `return upgradeWebSocket(request, fn)`.
 *
 * `fn` runs in the task of the request, and the connection is closed when it ends: with 1000,
 * or with 1011 where it throws. When the peer closes, whoever waits in `receive` or `for
 * await` is told, and has `closeTimeout` seconds to end; an `fn` that waits for anything else
 * is cancelled at once. A closed connection that `fn` runs into is no error of the handler's.
 *
 * A request that asks for no WebSocket is answered with 426, one that asks wrongly with 400.
 *
 * @throws TypeError at the call if `fn` is no function; what `fn` throws.
 *
 * @example
 * ```ts
 * import * as asyncio from "asyncio-ts"
 * import { connectWebSocket, serve, upgradeWebSocket } from "asyncio-ts/http"
 *
 * await asyncio.run(async () => {
 *   const server = await serve((request) =>
 *     upgradeWebSocket(request, async (socket) => {
 *       for await (const message of socket) await socket.send(`${message} is ready`)
 *     }),
 *   )
 *   const socket = await connectWebSocket(server.url)
 *   await socket.send("Masala")
 *   console.log(await socket.receive()) // -> Masala is ready
 *   await socket.close()
 *   await server.close()
 * })
 * ```
 */
export function upgradeWebSocket(request: Request, fn: (socket: WebSocket) => unknown, options: WebSocketOptions = {}): Coroutine<Response> {
  checkFunction(fn, "the function of upgradeWebSocket")
  if (!(request instanceof Request)) throw new TypeError(`upgradeWebSocket takes the Request of a handler of serve, not ${describe(request)}`)
  return upgrade(request, fn, webSocketSettings(options))
}

const upgrade = coroutine(
  "upgradeWebSocket",
  async (request: Request, fn: (socket: WebSocket) => unknown, settings: WebSocketSettings): Promise<Response> => {
    const offer = offerOf(request)
    if (offer === undefined) return new FastResponse("Upgrade Required", { status: 426, headers: { upgrade: "websocket" } })
    const socket = await handshake(offer, settings)
    if (typeof socket === "string") return new FastResponse(socket, { status: 400 })
    offer.whenClosing = () => WebSocket.goAway(socket)
    await converse(socket, fn, settings)
    return RESPONSE_ALREADY_SENT
  },
)

async function converse(socket: WebSocket, fn: (socket: WebSocket) => unknown, { closeTimeout }: WebSocketSettings): Promise<void> {
  const loop = getRunningLoop()
  const scope = moveOnAfter(null)
  let over = false
  try {
    await scope.run(async () => {
      WebSocket.whenClosed(socket, (told) => {
        if (!over) scope.reschedule(loop.time() + (told ? closeTimeout : 0))
      })
      try {
        await fn(socket)
      } finally {
        over = true
      }
    })
    await socket.close()
  } catch (error) {
    if (error instanceof WebSocketClosedError && socket.closeCode !== undefined) return
    await socket.close(UNEXPECTED)
    throw error
  }
}

/** Opens it; gives what is wrong with the request where something is. */
function handshake(offer: UpgradeOffer, settings: WebSocketSettings): Coroutine<WebSocket | string> {
  const { maxMessageSize, compression, protocols } = settings
  return hostOperation<WebSocket | string>({
    name: "upgradeWebSocket",
    says: () => "WebSocket, shaking hands with the client",
    start(done) {
      const loop = getRunningLoop()
      const server = new WebSocketServer({
        noServer: true,
        clientTracking: false,
        maxPayload: maxMessageSize,
        perMessageDeflate: compression,
        handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
      })
      // With a listener it leaves the answer to us.
      server.on("wsClientError", (error) => done.returned(error.message))
      const { incoming, head, socket } = offer
      server.handleUpgrade(incoming, socket, head, (ws) => {
        offer.take()
        // Here and now, since messages may come before whoever waits has its turn.
        done.returned(new WebSocket(ws, settings, loop))
      })
    },
    discard(opened) {
      if (typeof opened !== "string") WebSocket.cutOff(opened)
    },
  })
}
