import { Query } from "pg"
import { describe } from "../structures/arguments.ts"
import type { Exchange } from "./session.ts"

/** The connection of `pg`, and its way to write values, as far as this needs them. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void }
  parse(query: { name: string; text: string }): void
  execute(config: { portal: string }): void
  sync(): void
}

/** A portal that is not there: to name it fails the exchange. */
const NOWHERE = "asyncio_nowhere"

/** Sends a command with many lists of parameters, and one end: the server takes all or none. */
class ManyQuery extends Query {
  rowCount = 0

  constructor(text: string, lists: readonly (readonly unknown[])[], callback: (error: unknown) => void) {
    super({ text, queryMode: "extended" } as never, callback as never) // its types know neither of the two
    this.submit = (connection) => {
      const wire = connection as unknown as Wire // see there
      const values = valuesOnly(connection)
      let refused = false
      const refuse = (error: unknown): void => {
        refused = true
        callback(error)
      }
      wire.stream.cork()
      wire.parse({ name: "", text })
      for (const list of lists) {
        new Query({ text, values: [...list], queryMode: "extended" } as never, refuse as never).submit(values) // as above
        if (refused) break
      }
      // A value that cannot be written: what was sent before it must not be kept.
      if (refused) wire.execute({ portal: NOWHERE })
      wire.sync()
      wire.stream.uncork()
    }
  }

  handleRowDescription(): void {}

  handleDataRow(): void {}

  handleCommandComplete({ text }: { text: string }): void {
    this.rowCount += Number(/\d+$/.exec(text)?.[0] ?? 0)
  }
}

/** A connection that sends the values of a query and its `Execute`, and nothing else of it. */
function valuesOnly<C extends object>(connection: C): C {
  const nothing = (): void => {}
  const silent = { parse: nothing, describe: nothing, close: nothing, sync: nothing }
  return Object.assign(Object.create(connection), silent) as C // all else is inherited
}

/** One exchange for all of `params`. @throws TypeError if they are no lists. */
export function manyExchange(text: string, params: Iterable<readonly unknown[]>): Exchange<number> {
  if (typeof (params as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== "function") {
    throw new TypeError(`executeMany takes a list of lists of parameters, not ${describe(params)}`)
  }
  const lists = [...params]
  for (const list of lists) {
    if (!Array.isArray(list)) throw new TypeError(`executeMany takes a list of lists of parameters, and ${describe(list)} is in it`)
  }
  return {
    name: "Connection.executeMany",
    text,
    submit(client, answered) {
      const query = new ManyQuery(text, lists, (error) => {
        if (error === null || error === undefined) answered(null, query.rowCount)
        else answered(error)
      })
      client.query(query)
    },
  }
}
