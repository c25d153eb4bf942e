/** undici's `request`, as its documentation would write it, with the connections of the peers. */
import { Agent, request } from "undici"
import { concurrency, serverUrl } from "./http-client-peer.ts"
import type { Programs } from "./program.ts"

export const programs: Programs = { "http-client": sequential, "http-client-50": concurrent }

async function sequential(size: number): Promise<number> {
  const url = await serverUrl()
  const dispatcher = new Agent()
  let done = 0
  for (let i = 0; i < size; i++) done += await getOnce(url, dispatcher)
  await dispatcher.close()
  return done
}

async function concurrent(size: number): Promise<number> {
  const url = await serverUrl()
  const dispatcher = new Agent()
  let left = size
  const work = async (): Promise<number> => {
    let done = 0
    while (left > 0) {
      left -= 1
      done += await getOnce(url, dispatcher)
    }
    return done
  }
  const counts = await Promise.all(Array.from({ length: concurrency }, work))
  await dispatcher.close()
  return counts.reduce((sum, count) => sum + count, 0)
}

async function getOnce(url: string, dispatcher: Agent): Promise<number> {
  const { body } = await request(`${url}/tea`, { dispatcher })
  const { cups } = (await body.json()) as { cups: number } // as the server wrote it
  return cups === 2 ? 1 : 0
}
