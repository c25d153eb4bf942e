/** This package's HTTP client. */
import * as asyncio from "asyncio-ts"
import * as http from "asyncio-ts/http"
import { concurrency, serverUrl } from "./http-client-peer.ts"
import type { Programs } from "./program.ts"

export const programs: Programs = { "http-client": sequential, "http-client-50": concurrent }

async function sequential(size: number): Promise<number> {
  const url = await serverUrl()
  return asyncio.run(async () => {
    const client = new http.Client({ baseUrl: url })
    let done = 0
    for (let i = 0; i < size; i++) done += await getOnce(client)
    await client.close()
    return done
  })
}

async function concurrent(size: number): Promise<number> {
  const url = await serverUrl()
  return asyncio.run(async () => {
    const client = new http.Client({ baseUrl: url })
    let left = size
    const work = async (): Promise<number> => {
      let done = 0
      while (left > 0) {
        left -= 1
        done += await getOnce(client)
      }
      return done
    }
    const counts = await asyncio.gather(Array.from({ length: concurrency }, () => work))
    await client.close()
    return counts.reduce((sum, count) => sum + count, 0)
  })
}

async function getOnce(client: http.Client): Promise<number> {
  const response = await client.get("/tea")
  const { cups } = await response.json<{ cups: number }>()
  return cups === 2 ? 1 : 0
}
