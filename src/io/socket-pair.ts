import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { atRoot } from "../host/node.ts"
import { hostOperation } from "../core/host-operation.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { osError } from "../errors/os-errors.ts"

/** Two sockets that lead to each other. */
export interface SocketPair {
  readonly ours: Socket
  readonly theirs: Socket
}

/**
 * A pair of connected sockets, for a child whose two outputs are to go into one: Node gives
 * each of a child's pipes one descriptor only, but a socket of ours as many as are wanted.
 *
 * Through a directory that nobody else may enter, so that nobody else can connect.
 */
export function socketPair(name: string): Coroutine<SocketPair> {
  return hostOperation<SocketPair>({
    name,
    detail: "a pair of sockets",
    start(done) {
      const folder = privateFolder()
      return atRoot(() => {
        const path = join(folder, "pair")
        const server = createServer({ pauseOnConnect: true })
        let ours: Socket | undefined
        let theirs: Socket | undefined
        let connected = false
        const unlisten = (): void => {
          server.close()
          rmSync(folder, { recursive: true, force: true })
        }
        const stop = (): void => {
          unlisten()
          ours?.destroy()
          theirs?.destroy()
        }
        const fail = (error: Error): void => {
          stop()
          done.failed(osError(error, "cannot make a pair of sockets"))
        }
        const ready = (): void => {
          if (ours === undefined || theirs === undefined || !connected) return
          unlisten()
          ours.off("error", fail)
          done.returned({ ours, theirs })
        }
        server.once("error", fail)
        server.once("connection", (socket) => {
          theirs = socket
          ready()
        })
        server.listen(path, () => {
          ours = connect({ path }, () => {
            connected = true
            ready()
          })
          ours.pause()
          ours.once("error", fail)
        })
        return stop
      })
    },
    discard({ ours, theirs }) {
      ours.destroy()
      theirs.destroy()
    },
  })
}

function privateFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), "asyncio-"))
  } catch (error) {
    throw osError(error, `cannot make a pair of sockets in ${tmpdir()}`)
  }
}
