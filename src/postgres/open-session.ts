import { Client } from "pg"
import { atRoot } from "../host/node.ts"
import type { Coroutine } from "../core/coroutine.ts"
import { hostOperation } from "../core/host-operation.ts"
import { ConnectionError, ConnectionResetError, osError, SSLError } from "../errors/os-errors.ts"
import { TimeoutError } from "../errors/timeout-error.ts"
import type { ConnectSettings } from "./connect-options.ts"
import { InvalidPasswordError, isServerError, postgresError } from "./postgres-error.ts"
import { Session } from "./session.ts"

const { setTimeout, clearTimeout } = globalThis

/** Connects; cancelled, it breaks off what has begun. */
export function openSession(settings: ConnectSettings, name: string): Coroutine<Session> {
  return hostOperation<Session>({
    name,
    says: () => `PostgreSQL at ${settings.config.host ?? "localhost"}, connecting`,
    start(done) {
      const { config, connectTimeout } = settings
      const client = atRoot(() => new Client(config))
      // A DSN without a password hides the function, see completed in connect-options.ts.
      if (typeof config.password === "function") client.password = config.password as unknown as string // pg asks which of the two it is
      const { host, port, user } = client
      const where = host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : `${host.includes(":") ? `[${host}]` : host}:${port}`
      const attempt = `cannot connect to PostgreSQL at ${where} as user ${JSON.stringify(user)}`
      let timer: NodeJS.Timeout | undefined
      const stop = (): void => {
        clearTimeout(timer)
        client.connection.stream.destroy()
      }
      const fail = (error: unknown): void => {
        stop()
        done.failed(connectError(error, attempt))
      }
      client.on("error", fail)
      atRoot(() => {
        if (connectTimeout !== null && connectTimeout !== Infinity) {
          timer = setTimeout(() => {
            fail(new TimeoutError(`${attempt}: no answer within ${connectTimeout} s`))
          }, connectTimeout * 1000)
        }
        client.connect((error: Error | null) => {
          if (error) {
            fail(error)
            return
          }
          clearTimeout(timer)
          client.off("error", fail)
          done.returned(new Session(client, where, settings))
        })
      })
      return stop
    },
    discard(session) {
      session.terminate()
    },
  })
}

function connectError(error: unknown, attempt: string): unknown {
  if (error instanceof TimeoutError) return error
  if (isServerError(error)) return postgresError(error, attempt)
  const known = osError(error, attempt)
  if (known !== error || !(error instanceof Error)) return known
  if (/password must be/.test(error.message)) {
    return new InvalidPasswordError(`${attempt}: the server wants a password, and none was given; give one, or set PGPASSWORD`, { code: "28P01", cause: error })
  }
  if (/SSL/.test(error.message)) return new SSLError(`${attempt}: ${error.message}`, { cause: error })
  if (/terminated/.test(error.message)) return new ConnectionResetError(`${attempt}: the server closed the connection`, { cause: error })
  return new ConnectionError(`${attempt}: ${error.message}`, { cause: error })
}
