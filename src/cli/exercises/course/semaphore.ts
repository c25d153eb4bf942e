import { sleep } from "../../../tasks/sleep.ts"
import { defineProgram } from "../define-program.ts"
import { countText, mostAtOnce, notUsed, tooSlow, wrongValue } from "../judge-program.ts"

const PAGES = [1, 2, 3, 4, 5, 6]
const LIMIT = 2

export const semaphore = defineProgram({
  name: "semaphore",
  title: "Two at a time, and in order",
  track: "main",
  objective: "share",
  remedial: "sleep-line",
  hints: ["All six start at once: something has to let only two through.", "A Semaphore(2) has two permits: `semaphore.run(() => fetchPage(page))` waits for one, and gives it back.", "asyncio.gather(pages.map((page) => () => semaphore.run(() => fetchPage(page))))"],
  async drive(work, kit) {
    // Later pages are quicker, so that who collects results as they come has them in another order.
    const fetchPage = kit.operation("page", async (page: number) => {
      await sleep(page % 2 === 1 ? 1.5 : 1)
      return `page ${page}`
    })
    return await work.call("main", fetchPage, PAGES)
  },
  judge({ value, operations, seconds }) {
    const most = mostAtOnce(operations)
    if (most > LIMIT) return { sentence: `${countText(most)} were fetched at once; the aim is at most ${countText(LIMIT)}` }
    return notUsed(operations, "page", PAGES.length) ?? tooSlow(operations, seconds, 4) ?? wrongValue(value, PAGES.map((page) => `page ${page}`))
  },
})
