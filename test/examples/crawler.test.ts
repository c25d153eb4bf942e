import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import { crawl } from "../../examples/crawler/crawl.ts"
import { startSite } from "../../examples/crawler/site.ts"

test("the crawler reaches every page once, keeps within its limits and tells of broken links", () =>
  asyncio.run(async () => {
    const site = await startSite(1_000, 3)
    let last = { done: 0, found: 0, failed: 0 }
    const { pages, failures } = await crawl(site.start, { limit: 20, perHost: 5, onProgress: (progress) => (last = progress) })
    assert.equal(pages, site.pages)
    assert.equal(failures.size, site.broken)
    assert.match([...failures.values()][0] ?? "", /404/)
    assert.ok(site.busiest() <= 5, `${site.busiest()} requests to one host at a time`)
    assert.deepEqual(last, { done: pages + site.broken, found: pages + site.broken, failed: site.broken })
    await site.close()
  }))

test("a crawl that is cancelled leaves no request and no task", () =>
  asyncio.run(async () => {
    const site = await startSite(3_000, 2)
    const seen = new asyncio.Event()
    const task = asyncio.createTask(crawl(site.start, { limit: 20, perHost: 10, onProgress: () => seen.set() }))
    await seen.wait()
    task.cancel()
    await assert.rejects(task, asyncio.CancelledError)
    await site.close()
    assert.deepEqual([...asyncio.allTasks()], [asyncio.currentTask()])
  }))
