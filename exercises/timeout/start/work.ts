import type { Coroutine } from "asyncio-ts"

export interface Connection {
  /** May take long. */
  query(): Coroutine<string>
  close(): Coroutine<void>
}

export async function ask(connection: Connection): Promise<string> {
  const answer = await connection.query()
  await connection.close()
  return answer
}
