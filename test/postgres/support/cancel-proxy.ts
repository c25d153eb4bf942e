/** A proxy before a PostgreSQL server that does with requests to cancel what a test wants. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net"
import * as asyncio from "asyncio-ts"

const CANCEL = 80_877_102

export interface CancelProxy {
  readonly port: number
  /** How many requests to cancel have come. */
  requests(): number
  close(): asyncio.Future<unknown>
}

/** @param onCancel - is given the client's connection, what brings the request to the server, and how many have come */
export async function cancelProxy(port: number, onCancel: (client: Socket, forward: () => void, requests: number) => void): Promise<CancelProxy> {
  let requests = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on("error", () => client.destroy())
    client.once("data", (first: Buffer) => {
      client.pause()
      const forward = (): void => {
        const upstream = connect(port, "127.0.0.1")
        sockets.add(upstream)
        upstream.on("error", () => client.destroy())
        upstream.write(first)
        client.pipe(upstream).pipe(client)
      }
      if (first.length !== 16 || first.readInt32BE(4) !== CANCEL) {
        forward()
        return
      }
      requests += 1
      onCancel(client, forward, requests)
    })
  })
  await asyncio.wrapFuture(new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
  return {
    port: (server.address() as AddressInfo).port, // a TCP server has one
    requests: () => requests,
    close() {
      for (const socket of sockets) socket.destroy()
      return asyncio.wrapFuture(new Promise((resolve) => server.close(resolve)))
    },
  }
}
