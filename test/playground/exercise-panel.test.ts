/** The exercises of the playground as a learner works on them, in a real browser. */
import assert from "node:assert/strict"
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"

import { COURSE } from "#src/cli/exercises/course.ts"
import { ANSWER_FILES, OBJECTIVES } from "#src/cli/exercises/exercise.ts"
import { needs } from "../support/needs.ts"
import { called, course, solutionOf, startOf } from "./support/exercise-files.ts"
import { ExercisePage } from "./support/exercise-page.ts"
import { OpenPlayground } from "./support/open-playground.ts"
import { PlaygroundPage } from "./support/playground-page.ts"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : needs("chromium", "chromium")
/** What no browser can check. */
const ELSEWHERE = "blocking-call"

let playground: OpenPlayground

before(async () => {
  if (skip === false) playground = await OpenPlayground.start()
}, { timeout: 600_000 })
after(async () => playground?.stop())

describe("the exercises of the playground", { skip, concurrency: false, timeout: 1_800_000 }, () => {
  it("keeps what was written where a program takes all the memory that the browser gives the page", async () => {
    const own = await playground.open("#exercise=gather")
    const { page } = own.own
    const text = "export async function main() {\n  const all: number[][] = []\n  for (;;) all.push(new Array(1_000_000).fill(1.5))\n}\n"
    await own.write("work.ts", text)
    const crashed = page.waitForEvent("crash").then(() => "crashed")
    await page.click("#check")
    await Promise.race([crashed, page.waitForSelector("html[data-check=ended]").catch(() => "crashed")])
    const again = await page.context().newPage()
    await again.goto(`${playground.address}#exercise=gather`)
    await again.waitForSelector("html[data-opened]")
    assert.equal((await again.locator(".cm-line").allTextContents()).join("\n"), text)
    await page.context().close()
  })

  it("never runs a program that comes with a link as the work of an exercise", async () => {
    const own = await playground.open("")
    await own.own.write("globalThis.mine = 1\nexport {}\n")
    await own.own.page.click("#share")
    await own.own.page.locator("#said", { hasText: "program" }).waitFor()
    const { hash } = new URL(own.own.page.url())
    const other = await playground.open(`${hash}&exercise=gather`)
    assert.doesNotMatch((await other.own.page.textContent(".cm-content")) ?? "", /mine/)
    assert.match((await other.own.page.textContent(".cm-content")) ?? "", /Takes two seconds for each kind/)
    await playground.closed(other)
    await playground.closed(own)
  })

  it("lists the course by its tracks as the one table has it, and opens each exercise", async () => {
    const own = await playground.open("")
    const { page } = own.own
    for (const { name, title, objective, kind, track } of COURSE) {
      await page.click("#exercises")
      const row = page.locator(`tr[data-exercise="${name}"]`)
      assert.equal(await row.locator("td").nth(2).textContent(), OBJECTIVES[objective].replaceAll("`", ""))
      assert.match((await page.locator("#course table", { has: row }).locator("caption").textContent()) ?? "", { main: /main/, advanced: /advanced/, remedial: /[Ss]maller/ }[track])
      await row.locator("a").click()
      await page.locator("#exercise-title", { hasText: title }).waitFor()
      assert.equal(await page.locator("#files button").count(), readdirSync(join(course, name, "start")).length)
      await own.show(ANSWER_FILES[kind])
      assert.equal((await page.locator(".cm-line").allTextContents()).join("\n"), readFileSync(join(course, name, "start", ANSWER_FILES[kind]), "utf8"))
    }
    assert.equal(await page.locator("#course tbody tr").count(), COURSE.length)
    await page.goto(`${playground.address}#exercise=nothing`)
    await page.locator("#said", { hasText: "There is no exercise nothing." }).waitFor()
    assert.equal(await page.inputValue("#examples"), "restaurant")
    await playground.closed(own)
  })

  it("keeps what was written, done and told, and starts over", async () => {
    const own = await playground.open("#exercise=gather")
    const { page } = own.own
    const { hints, title } = called("gather")
    for (const [at, hint] of hints.entries()) {
      await page.click("#hint")
      assert.equal(await page.locator("#hints li").nth(at).textContent(), `hint ${at + 1} of ${hints.length}: ${hint.replaceAll("`", "")}`)
    }
    assert.equal(await page.isDisabled("#hint"), true)
    await own.write("work.ts", solutionOf(called("gather")))
    const colour = (): Promise<string> => page.evaluate("getComputedStyle(document.querySelector('#verdict strong')).color")
    assert.equal((await own.check()).how, "passed")
    const passed = await colour()
    assert.equal(await page.locator("#verdict a").getAttribute("href"), "#/exercise=create-task")
    await page.reload()
    await page.waitForSelector("html[data-opened]")
    assert.equal((await page.locator(".cm-line").allTextContents()).join("\n"), solutionOf(called("gather")))
    assert.equal(await page.locator("#hints li").count(), hints.length)
    await page.click("#again")
    assert.equal((await page.locator(".cm-line").allTextContents()).join("\n"), startOf(called("gather")))
    assert.equal((await own.check()).how, "not yet")
    assert.notEqual(await colour(), passed)
    await page.click("#exercises")
    // What was done once stays done.
    assert.equal(await page.locator('#course tr[data-exercise="gather"] .mark').textContent(), "✓ done")
    assert.match((await page.textContent("#course-list > p")) ?? "", /^1 of 26 done; kept in this browser alone\.$/)
    await page.keyboard.press("Escape")
    // Whatever stands there instead.
    for (const text of ["{", "null", '{"hints":-3,"done":"forged","text":7}', '{"hints":1e999}']) {
      await page.evaluate(`localStorage.setItem("asyncio-ts/exercises/gather", ${JSON.stringify(text)})`)
      await page.reload()
      await page.waitForSelector("html[data-opened]")
      await page.locator("#exercise-title", { hasText: title }).waitFor()
      assert.equal((await page.locator(".cm-line").allTextContents()).join("\n"), startOf(called("gather")))
      assert.equal(await page.locator("#hints li").count(), 0)
    }
    await playground.closed(own)
  })

  it("works where the browser keeps nothing, and says so", async () => {
    const context = await playground.browser.newContext()
    await context.addInitScript("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })")
    const own = new ExercisePage(new PlaygroundPage(await context.newPage(), []))
    const { page } = own.own
    await page.goto(`${playground.address}#exercise=sleep-once`)
    await page.waitForSelector("html[data-opened]")
    await own.write("work.ts", solutionOf(called("sleep-once")))
    assert.equal((await own.check()).how, "passed")
    await page.click("#exercises")
    assert.match((await page.textContent("#course-list > p")) ?? "", /^1 of 26 done; not kept: /)
    await context.close()
  })

  it("is left for a program by the list of programs, and undo brings nothing of the one into the other", async () => {
    const own = await playground.open("#exercise=gather")
    const { page } = own.own
    await page.selectOption("#examples", "greet")
    await page.waitForFunction(`document.title.startsWith("greet.ts")`)
    assert.equal(await page.isVisible("#run"), true)
    assert.equal(await page.isVisible("#check"), false)
    await page.locator(".cm-content").click()
    await page.keyboard.press("Control+z")
    assert.doesNotMatch((await page.textContent(".cm-content")) ?? "", /Takes two seconds/)
    await own.own.run()
    assert.equal(await own.own.output(".failed"), "")
    await playground.closed(own)
  })

  it("takes an order, a drawing and a classification by the keyboard alone, and shows them as they grow", async () => {
    const own = await playground.open("#exercise=sleep-order")
    const { page } = own.own
    // In the wrong order, one of them twice put right.
    for (const line of ["short begins", "long begins", "short ends", "both have ended", "long ends"]) {
      await page.locator("#form .rest button", { hasText: line }).focus()
      await page.keyboard.press("Enter")
    }
    for (const line of ["long begins", "long ends"]) {
      await page.getByRole("button", { name: `Earlier: ${line}` }).focus()
      await page.keyboard.press("Enter")
    }
    assert.equal(await page.evaluate("document.activeElement.closest('#form') !== null"), true)
    assert.deepEqual(await page.locator("#form ol span").allTextContents(), ["long begins", "short begins", "short ends", "long ends", "both have ended"])
    assert.equal((await own.check()).how, "passed")
    await page.getByRole("button", { name: "Take out: short ends" }).focus()
    await page.keyboard.press("Enter")
    assert.equal((await own.check()).sentence, "line 3 is predicted to be 'long ends', but the program prints 'short ends'")

    await own.open("sleep-line", called("sleep-line").title)
    await own.show("timeline.txt")
    await page.locator(".cm-content").focus()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("\nfirst sleep 0..2\nsecond line 0..2\nsecond sleep 2..3")
    assert.equal(await page.locator("#form .bars").getAttribute("aria-label"), "Your drawing: first sleep 0 to 2; second line 0 to 2; second sleep 2 to 3")
    await page.keyboard.press("Control+Enter")
    await page.waitForSelector("#verdict .passed")

    await own.open("classify", called("classify").title)
    for (const [program, key] of [["ask.ts", "I"], ["sum.ts", "C"]] as const) {
      await page.getByLabel(`${program} is`, { exact: true }).focus()
      await page.keyboard.type(key)
      await page.keyboard.press("Tab")
      await page.keyboard.type("I have read it, twice")
    }
    await own.show("answers.txt")
    assert.match((await page.locator(".cm-line").allTextContents()).join("\n"), /\nask\.ts: I\/O-bound, because I have read it, twice\nsum\.ts: CPU-bound, because I have read it, twice\n$/)
    await playground.closed(own)
  })

  it("ends a check at Stop", async () => {
    const own = await playground.open("#exercise=gather")
    await own.write("work.ts", "export async function main() { for (;;); }")
    await own.own.page.click("#check")
    await own.own.page.locator("#check", { hasText: "Stop" }).click()
    assert.equal(await own.own.page.textContent("#verdict"), "Stopped.")
    await own.write("work.ts", solutionOf(called("gather")))
    assert.equal((await own.check()).how, "passed")
    await playground.closed(own)
  })

  it("walks through the steps of what was checked, and hides what would give a prediction away", async () => {
    const own = await playground.open("#exercise=gather")
    await own.write("work.ts", solutionOf(called("gather")))
    await own.check()
    await own.own.page.click("#last")
    assert.match(await own.own.told(), /^\d+ of \d+ · 2\.00 s · main goes on after gather, and ends: returned\.$/)
    assert.equal((await own.own.rows()).length, 4)
    await own.open("order", called("order").title)
    await own.write("prediction.txt", "main makes two tasks")
    assert.equal((await own.check()).how, "not yet")
    assert.equal(await own.own.page.locator("#timeline iframe").count(), 0)
    assert.equal(await own.own.told(), "No task has run yet.")
    await playground.closed(own)
  })

  for (const [name, width] of [["wide", 1280], ["narrow", 380]] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is without fault for axe-core, ${name} and ${colorScheme}`, async () => {
        const own = await playground.open("", { colorScheme, viewport: { width, height: 800 } })
        const { page } = own.own
        for (const exercise of ["gather", "order", "draw-line", "classify", "blocking-call"].map(called)) {
          await own.open(exercise.name, exercise.title)
          if (exercise.name !== ELSEWHERE) {
            await page.click("#hint")
            await own.write(ANSWER_FILES[exercise.kind], exercise.kind === "draw" ? "ann sleep 0..9" : solutionOf(exercise))
            await own.check()
          }
          assert.deepEqual(await own.own.violations(), [], exercise.name)
          const [content, room] = await page.evaluate<[number, number]>("[document.documentElement.scrollWidth, innerWidth]")
          assert.ok(content <= room, `${exercise.name}: ${content} pixels wide in ${room}`)
        }
        await page.click("#exercises")
        assert.deepEqual(await own.own.violations(), [])
        await playground.closed(own)
      })
    }
  }
})
