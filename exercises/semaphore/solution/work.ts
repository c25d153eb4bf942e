import * as asyncio from "asyncio-ts"

export type FetchPage = (page: number) => asyncio.Coroutine<string>

export async function main(fetchPage: FetchPage, pages: readonly number[]): Promise<string[]> {
  const places = new asyncio.Semaphore(2)
  return asyncio.gather(pages.map((page) => () => places.run(() => fetchPage(page))))
}
