import assert from "node:assert/strict"
import { test } from "node:test"
import * as asyncio from "asyncio-ts"
import OpenAI from "openai"
import { chromium } from "playwright-core"
import { askAll, type Piece } from "../../examples/answers/ask.ts"
import { startModel, type Model } from "../../examples/answers/model.ts"
import { startPage } from "../../examples/answers/page.ts"
import { needs } from "../support/needs.ts"

const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

function clientOf({ server }: Model): OpenAI {
  return new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 })
}

/** Waits for something that the other side of a connection does. */
async function until(condition: () => boolean): Promise<void> {
  await asyncio.timeout(60).run(async () => {
    while (!condition()) await asyncio.sleep(0.005)
  })
}

test("several answers come at a time, whole, and no more than the limit are made at once", () =>
  asyncio.run(async () => {
    const model = await startModel(0.001)
    const answers = ["", "", "", "", ""]
    let most = 0
    for await (const { question, text } of askAll(clientOf(model), ["a", "b", "c", "d", "e"])) {
      answers[question] += text ?? "."
      most = Math.max(most, model.running())
    }
    for (const [index, answer] of answers.entries()) assert.match(answer, new RegExp(`^“${"abcde"[index]}” is a good question.*nobody reads on. \\.$`))
    assert.equal(most, 3)
    assert.equal(model.stopped(), 0)
    await model.server.close()
  }))

test("whoever stops reading stops the work at the model", () =>
  asyncio.run(async () => {
    const model = await startModel(0.01)
    const pieces: Piece[] = []
    for await (const piece of askAll(clientOf(model), ["a", "b", "c", "d"])) {
      pieces.push(piece)
      if (pieces.length === 5) break
    }
    await until(() => model.stopped() === 3 && model.running() === 0)
    await model.server.close()
    assert.deepEqual([...asyncio.allTasks()], [asyncio.currentTask()])
  }))

test("the page shows the answers as they arrive, and closing the tab stops the work upstream", { skip: needs("chromium", "chromium") }, async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS, chromiumSandbox: false })
  try {
    await asyncio.run(async () => {
      const model = await startModel(0.3)
      const page = await startPage(clientOf(model), 0)
      await asyncio.wrapFuture(look(browser, page.url))
      await until(() => model.stopped() === 3 && model.running() === 0)
      await page.close()
      await model.server.close()
    })
  } finally {
    await browser.close()
  }
})

/** Asks five questions, sees three answers arrive and two in line, and closes the tab. */
async function look(browser: Awaited<ReturnType<typeof chromium.launch>>, url: string): Promise<void> {
  const tab = await browser.newPage({ viewport: { width: 1000, height: 760 } })
  await tab.goto(url)
  await tab.click("button")
  await tab.waitForFunction('document.querySelectorAll(".coming p").length === 3 && document.querySelectorAll(".coming p")[2].textContent.length > 20')
  assert.equal(await tab.locator(".waiting").count(), 2)
  const shot = process.env["SCREENSHOT"]
  if (shot !== undefined) await tab.screenshot({ path: shot })
  await tab.close()
}
