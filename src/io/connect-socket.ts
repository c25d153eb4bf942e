/**
 * Connecting a socket, to one address.
 */
import { connect, type Socket, type TcpNetConnectOpts } from "node:net"
import { osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import { hostOperation, type HostOperation } from "../core/host-operation.ts"
import { getRunningLoop } from "../core/running.ts"
import type { Resource } from "../core/scheduler.ts"
import { unheard } from "./unheard.ts"

/** Where a socket connects to, and from. */
export type ConnectTarget =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly family?: number; readonly localAddr?: readonly [host: string, port: number] | undefined }

/**
 * Connects; the socket is half-open at its end and sends at once what is written, as asyncio
 * has them. Cancelled, nothing is left open.
 */
export function connectSocket(target: ConnectTarget, what: string): HostOperation<Socket> {
  return hostOperation<Socket>({
    name: "connect",
    detail: what,
    says: () => `socket ${what}, connecting`,
    start(done) {
      const socket = atRoot(() => connect({ ...parameters(target), allowHalfOpen: true }))
      const { resources } = getRunningLoop()
      const beginning: Resource = { endsWithLoop: true, abandon: () => discard(socket) }
      resources.add(beginning)
      const over = (): void => {
        resources.delete(beginning)
        socket.off("connect", onConnect)
        socket.off("error", onError)
      }
      const onConnect = (): void => {
        socket.on("error", unheard)
        over()
        // Whoever takes it begins to read.
        socket.pause()
        done.returned(socket)
      }
      const onError = (error: Error): void => {
        over()
        done.failed(osError(error, `cannot connect to ${what}`))
      }
      socket.on("connect", onConnect)
      socket.on("error", onError)
      return () => {
        over()
        discard(socket)
      }
    },
    discard,
  })
}

function parameters(target: ConnectTarget): { path: string } | TcpNetConnectOpts {
  if ("path" in target) return target
  const { host, port, family, localAddr } = target
  return {
    host,
    port,
    noDelay: true,
    // One address at a time: racing them is the caller's.
    autoSelectFamily: false,
    ...(family === undefined ? {} : { family }),
    ...(localAddr === undefined ? {} : { localAddress: localAddr[0], localPort: localAddr[1] }),
  }
}

function discard(socket: Socket): void {
  socket.on("error", unheard)
  socket.destroy()
}
