import { Query } from "pg"
import type { Exchange } from "./session.ts"

/**
 * A command that ends or resets something, such as `ROLLBACK`: what waits for it may give up,
 * but the server finishes it, so that the connection is in a known state.
 */
export function control(name: string, text: string): Exchange<void> {
  return {
    name,
    text,
    cancellable: false,
    submit(client, answered) {
      client.query(new Query({ text }, ((error: unknown) => answered(error)) as never)) // its types know no callback that ignores the result
    },
  }
}
