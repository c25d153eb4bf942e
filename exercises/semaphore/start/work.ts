import * as asyncio from "asyncio-ts"

export type FetchPage = (page: number) => asyncio.Coroutine<string>

export async function main(fetchPage: FetchPage, pages: readonly number[]): Promise<string[]> {
  return asyncio.gather(pages.map((page) => fetchPage(page)))
}
