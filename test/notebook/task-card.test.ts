import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as asyncio from "asyncio-ts"
import { taskCard } from "#src/notebook/task-card.ts"

const nap = asyncio.coroutine("nap", async () => {
  await asyncio.sleep(3600)
})

describe("a task in a notebook", () => {
  it("that has not begun says so", async () => {
    assert.match(await wordsOf(() => undefined, asyncio.sleep(0)), /^● tea not started coroutine sleep age [\d.]+ m?s$/)
  })

  it("that waits says for what, in which coroutine, and how old it is", async () => {
    const words = await wordsOf(() => asyncio.sleep(0), nap())
    assert.match(words, /^● tea waiting coroutine nap waits for timer, .* left( in nap , .*task-card\.test\.ts:\d+)? age [\d.]+ m?s$/)
  })

  it("that was asked to cancel says by whom and why", async () => {
    const words = await wordsOf(async (task) => {
      await asyncio.sleep(0)
      task.cancel("we close")
    }, nap())
    assert.match(words, /^● tea cancelling .* asked to end by task 'main': we close$/)
  })

  it("that is done tells its result", async () => {
    assert.equal(await wordsOf(ended, async () => "a cup"), '● tea done coroutine a function result "a cup"')
  })

  it("that failed tells its error", async () => {
    assert.match(await wordsOf(ended, async () => { throw new RangeError("no tea") }), /^● tea failed .* error RangeError: no tea /)
  })

  it("that was cancelled tells why", async () => {
    const words = await wordsOf(async (task) => {
      await asyncio.sleep(0)
      task.cancel("we close")
      await ended(task)
    }, nap())
    assert.match(words, /^● tea cancelled coroutine nap why cancelled by task 'main': we close$/)
  })

  it("shows names as they are, and none of them as HTML", async () => {
    const { "text/html": html = "" } = await asyncio.run(async () => taskCard(asyncio.createTask(async () => "<i>", { name: "<b>&" })))
    assert.match(html, /&#60;b&#62;&#38;/)
    assert.doesNotMatch(html, /<b><b>/)
  })

  it("has its own text for who shows no HTML", async () => {
    await asyncio.run(async () => {
      const task = asyncio.createTask(asyncio.sleep(0))
      assert.equal(taskCard(task)["text/plain"], String(task))
    })
  })
})

async function ended(task: asyncio.Task<unknown>): Promise<void> {
  await asyncio.wait([task])
}

/** What the card of the task 'tea' says after `until`; without tags. */
function wordsOf(until: (task: asyncio.Task<unknown>) => PromiseLike<void> | undefined, work: asyncio.Startable<unknown>): Promise<string> {
  return asyncio.run(async () => {
    const task = asyncio.createTask(work, { name: "tea" })
    await until(task)
    const { "text/html": html = "" } = taskCard(task)
    return html.replaceAll(/<[^>]+>/g, " ").replaceAll("&#34;", '"').replaceAll(/\s+/g, " ").trim()
  }, { name: "main" })
}
