/**
 * Asking a server to stop what one of its backends does: a second connection, on which only
 * the number and the key of that backend are sent.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
import { Connection } from "pg"
import { atRoot } from "../host/node.ts"

/** What `pg` has and its types leave out. */
interface RawConnection {
  stream: { destroy(error?: Error): void }
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, key: number): void
  end(): void
  on(event: "connect" | "sslconnect" | "end", listener: () => void): void
  on(event: "error", listener: (error: Error) => void): void
}

/** Of a client: where it is connected to, and which backend serves it. */
export interface Backend {
  readonly host: string
  readonly port: number
  readonly ssl: unknown
  readonly processID: number
  readonly secretKey: number
}

/**
 * Sends the request; `done` is called once, when the server has passed it on (it closes the
 * connection then) or could not be reached. Returns what gives up.
 */
export function sendCancelRequest(backend: Backend, done: () => void): () => void {
  const { host, port, ssl, processID, secretKey } = backend
  return atRoot(() => {
    const Raw = Connection as unknown as new (options: { ssl: unknown }) => RawConnection // see RawConnection
    const connection = new Raw({ ssl })
    let told = false
    const tell = (): void => {
      if (told) return
      told = true
      done()
    }
    const send = (): void => connection.cancel(processID, secretKey)
    connection.on("connect", () => (ssl ? connection.requestSsl() : send()))
    connection.on("sslconnect", send)
    connection.on("error", () => connection.stream.destroy())
    connection.on("end", tell)
    if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`)
    else connection.connect(port, host)
    return () => {
      connection.stream.destroy()
    }
  })
}
