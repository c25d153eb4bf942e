import * as asyncio from "asyncio-ts"

export interface Connection {
  /** May take long. */
  query(): asyncio.Coroutine<string>
  close(): asyncio.Coroutine<void>
}

export async function ask(connection: Connection): Promise<string> {
  try {
    return await asyncio.timeout(1).run(() => connection.query())
  } catch (error) {
    if (error instanceof asyncio.TimeoutError) return "too late"
    throw error
  } finally {
    await connection.close()
  }
}
