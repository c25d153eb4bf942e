/** The page in a real browser: opened from a file, driven with wheel, pointer, fingers and keys. */
import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import type { Page } from "playwright-core"
import { renderTimelinePage } from "#src/inspect/page/render-timeline-page-node.ts"
import { needs } from "../../support/needs.ts"
import { longTest } from "../../support/older-node.ts"
import { PageBrowser, type Shown } from "./support/browser.ts"
import { madeRecording } from "./support/made-recording.ts"
import { ROWS, SMALL } from "./support/small-recording.ts"

const skip = needs("chromium", "chromium") || longTest
const SEED = Number(process.env["SEED"] ?? 11)
const ROW = 26
/** As much of the whole as a pixel is, and a little more. */
const PIXEL = 0.004

// Of the page, as it sees itself.
const TOLD = `document.querySelector("[role=status]").textContent`
const FOUND = `document.querySelector("output").textContent`
const THEME = "document.documentElement.dataset.theme"

let browser: PageBrowser
let small: string

before(async () => {
  if (skip !== false) return
  small = await renderTimelinePage(SMALL, { title: "small.ts" })
  browser = await PageBrowser.start()
}, { timeout: 300_000 })
after(() => browser?.close())

describe("the page of a recording", { skip, concurrency: false }, () => {
  it("opens without a network and without an error, and tells what it shows and what is missing", async () => {
    const { page, complaints } = await browser.open(small)
    assert.equal(await page.title(), "small.ts · timeline")
    assert.match(await text(page, ".title"), /22 events · 3 tasks · 1\.00\ss/)
    assert.match(await text(page, ".losses"), /3 earlier events had to make room/)
    assert.deepEqual(await page.locator(".tree .name .text").allTextContents(), ROWS)
    assert.deepEqual(await seen(page), [0, 1])
    done({ page, complaints })
  })

  it("zooms about the pointer with Ctrl and the wheel, moves with drags, and shows all again", async () => {
    const shown = await browser.open(small)
    const { page } = shown
    const at = await point(page, 0.25, "main")
    await page.mouse.move(at.x, at.y)
    await page.keyboard.down("Control")
    for (let notch = 0; notch < 4; notch += 1) await page.mouse.wheel(0, -100)
    await page.keyboard.up("Control")
    const [from, to] = await settled(page, ([from, to]) => to - from < 0.5)
    assert.ok(Math.abs(from + (to - from) / 4 - 0.25) < PIXEL, `0.25 stays under the pointer: ${from} to ${to}`)

    await page.mouse.down()
    await page.mouse.move(at.x + 60, at.y, { steps: 3 })
    await page.mouse.up()
    const [moved] = await settled(page, ([start]) => start < from)
    assert.ok(moved < from)
    await page.keyboard.press("0")
    assert.deepEqual(await settled(page, ([start, end]) => end - start === 1), [0, 1])
    done(shown)
  })

  it("shows the stretch that is dragged over on the ruler, or with Shift among the rows", async () => {
    const shown = await browser.open(small)
    const { page } = shown
    const [a, b] = [await point(page, 0.4, "main"), await point(page, 0.6, "main")]
    const ruler = await box(page, ".ruler")
    await page.mouse.move(a.x, ruler.y + 10)
    await page.mouse.down()
    await page.mouse.move(b.x, ruler.y + 10, { steps: 2 })
    await page.mouse.up()
    near(await settled(page, ([from]) => from > 0.3), [0.4, 0.6])
    const [c, d] = [await point(page, 0.45, "main"), await point(page, 0.55, "main")]
    await page.keyboard.down("Shift")
    await page.mouse.move(d.x, d.y)
    await page.mouse.down()
    await page.mouse.move(c.x, c.y, { steps: 2 })
    await page.mouse.up()
    await page.keyboard.up("Shift")
    near(await settled(page, ([from]) => from > 0.42), [0.45, 0.55])
    const strip = await box(page, ".overview")
    await page.mouse.move(strip.x + strip.width * 0.1, strip.y + 20)
    await page.mouse.down()
    await page.mouse.move(strip.x + strip.width * 0.3, strip.y + 20, { steps: 2 })
    await page.mouse.up()
    near(await settled(page, ([from]) => from < 0.2), [0.1, 0.3])
    done(shown)
  })

  it("zooms where two fingers pinch", async () => {
    const shown = await browser.open(small, { hasTouch: true })
    const { page } = shown
    const at = await point(page, 0.5, "main")
    const fingers = await page.context().newCDPSession(page)
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart: number) =>
      fingers.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [-1, 1].map((side, id) => ({ x: at.x + side * apart, y: at.y, id })) })
    await touch("touchStart", 30)
    for (const apart of [50, 70, 90]) await touch("touchMove", apart)
    await touch("touchEnd", 90)
    const [from, to] = await settled(page, ([from, to]) => to - from < 0.4)
    assert.ok(Math.abs((from + to) / 2 - 0.5) < 2 * PIXEL && Math.abs(to - from - 1 / 3) < 0.02, `three times as large: ${from} to ${to}`)
    done(shown)
  })

  it("tells of a span that is clicked what it waited for, where, the line of code, and who woke it", async () => {
    const shown = await browser.open(small)
    const { page } = shown
    await click(page, 0.7, "main")
    const facts = await text(page, "aside")
    assert.match(facts, /waiting for lock 'db', held by 'other'/)
    assert.match(facts, /380\sms/)
    assert.match(facts, /small-recording\.ts:5/)
    assert.match(facts, /PLACE = `main/, "the line of code itself")
    assert.match(facts, /Woken by\s*other/)
    await page.getByRole("button", { name: "other" }).click()
    await until(page, `${TOLD} === "other"`)
    assert.match(await text(page, "aside"), /Cancelled by\s*task 'main': no longer needed/)
    await click(page, 0.22, "Blocked")
    assert.match(await text(page, "aside"), /blocked in parsePrices[^]*prices\.ts:9[^]*it belongs in a worker/)
    await click(page, 0.35, "thread 1")
    assert.match(await text(page, "aside"), /job resize[^]*20\.0\sms for a worker[^]*child <\/script>/)
    assert.match(await text(page, "[role=status]"), /^thread 1: job resize for 100\sms from 300\sms$/)
    done(shown)
  })

  it("is used with keys alone: rows, spans, zoom, folding, light and dark, help", async () => {
    const shown = await browser.open(small)
    const { page } = shown
    const told = () => text(page, "[role=status]")
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key)
    await until(page, `${TOLD} === "main"`)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await until(page, `${TOLD}.includes("task 'child'")`)
    assert.match(await told(), /^main: waiting for task 'child' for 400\sms/)
    await page.keyboard.press("Enter")
    const [from, to] = await settled(page, ([from, to]) => to - from < 1)
    assert.ok(from < 0.1 && to > 0.5, "the span is seen")
    await page.keyboard.press("w")
    await settled(page, ([a, b]) => b - a < to - from)
    await page.keyboard.press(" ")
    await until(page, `document.querySelectorAll("[role=row]").length === ${ROWS.length - 2}`)
    assert.equal(await page.locator("[aria-selected=true]").getAttribute("aria-expanded"), "false")
    await page.keyboard.press(" ")
    await page.keyboard.press("?")
    await page.getByRole("dialog").waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })

    const light = await ground(page)
    await page.keyboard.press("t")
    await until(page, `${THEME} === "dark"`)
    assert.notEqual(await ground(page), light)
    // Everything that can be pressed is reached, and shows that it has the focus.
    await page.keyboard.press("Tab")
    assert.notEqual(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none")
    done(shown)
  })

  it("keeps the focus in the help, and names no row as selected that is not there", async () => {
    const shown = await browser.open(await renderTimelinePage(madeRecording(3000, SEED)))
    const { page } = shown
    const inHelp = () => page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    await page.keyboard.press("?")
    await page.getByRole("dialog").waitFor()
    await until(page, "document.activeElement.closest('[role=dialog]') !== null")
    for (const key of ["Tab", "Tab", "Shift+Tab"]) await page.keyboard.press(key)
    assert.equal(await inHelp(), true)
    await page.keyboard.press("Escape")
    await page.keyboard.press("ArrowDown")
    const active = `document.querySelector("[role=treegrid]").getAttribute("aria-activedescendant")`
    await until(page, `document.getElementById(${active}) !== null`)
    const { x, y } = await box(page, ".plot")
    await page.mouse.move(x + 50, y + 50)
    await page.mouse.wheel(0, 2000)
    await until(page, `${active} === null`)
    assert.equal(await page.evaluate("document.querySelector('.head').tabIndex"), -1)
    done(shown)
  })

  it("shows names without what is not to be seen, or turns them round, and has room for them however deep they stand", async () => {
    const tasks = Array.from({ length: 30 }, (_, at) => ({ id: at + 1, name: `\u202e${at}\u0000\u2066👩‍🚀 with a name that is cut`, code: "work", loop: 1, leftBehind: false, ...(at === 0 ? {} : { parent: at }) }))
    const recording = { tasks, events: tasks.map(({ id }) => ({ kind: "created" as const, task: id, time: id })), dropped: 0 }
    const shown = await browser.open(await renderTimelinePage(recording, { title: "\u202etitle" }), { viewport: { width: 360, height: 800 } })
    const { page } = shown
    const names = await page.locator(".tree .name .text").allTextContents()
    assert.equal(names[9], " 9  👩‍🚀 with a name that is cut")
    assert.equal(await text(page, "h1"), "title")
    const widths = await page.locator(".tree .name .text").evaluateAll((elements) => elements.map((element) => (element as unknown as { clientWidth: number }).clientWidth)) // tests are compiled without the DOM
    assert.ok(widths.every((width) => width > 30), widths.join())
    done(shown)
  })

  it("is printed as it is seen, however many rows there are", async () => {
    const shown = await browser.open(await renderTimelinePage(madeRecording(20_000, SEED)))
    const pdf = await shown.page.pdf()
    const pages = pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0
    assert.ok(pages > 0 && pages < 8, `${pages} pages`)
    done(shown)
  })

  it("follows what the system prefers, and is printed light", async () => {
    const shown = await browser.open(small, { colorScheme: "dark" })
    const { page } = shown
    assert.equal(await page.evaluate(THEME), "dark")
    await page.emulateMedia({ colorScheme: "light" })
    await until(page, `${THEME} === "light"`)
    await page.emulateMedia({ colorScheme: "dark" })
    await page.evaluate(`addEventListener("beforeprint", () => (document.title = ${THEME}))`)
    assert.ok((await page.pdf()).length > 10_000)
    assert.equal(await page.title(), "light")
    await until(page, `${THEME} === "dark"`)
    done(shown)
  })

  it("can leave out the rows of what does not live in the stretch that is seen", async () => {
    const shown = await browser.open(small)
    const { page } = shown
    const rows = () => page.locator(".tree .name .text").allTextContents()
    await page.keyboard.press("l")
    await until(page, `document.querySelector("[aria-label^='Only rows']").getAttribute("aria-pressed") === "true"`)
    assert.deepEqual(await rows(), ROWS)
    await click(page, 0.95, "main")
    await page.keyboard.press("Enter")
    await settled(page, ([from]) => from > 0.7)
    // Its child and the job ended long before, and the worker lives.
    assert.deepEqual(await rows(), ["main", "images", "thread 1"])
    await page.keyboard.press("l")
    await until(page, `document.querySelectorAll("[role=row]").length === ${ROWS.length}`)
    done(shown)
  })

  it("finds names, reasons and places, and goes from one to the next", async (t) => {
    t.diagnostic(`SEED=${SEED}`)
    const recording = madeRecording(3000, SEED)
    const shown = await browser.open(await renderTimelinePage(recording))
    const { page } = shown
    await page.keyboard.press("/")
    await page.keyboard.type("queue 'mails'")
    const wanted = recording.events.filter((event) => event.kind === "parked" && event.detail === "queue 'mails' empty").length
    await until(page, `${FOUND} === "– / ${wanted}"`)
    await page.keyboard.press("Enter")
    await until(page, `${FOUND} === "1 / ${wanted}"`)
    const told = await text(page, "[role=status]")
    assert.match(told, /waiting for queue 'mails' empty/)
    await page.keyboard.press("Shift+Enter")
    await until(page, `${FOUND} === "${wanted} / ${wanted}"`)
    assert.notEqual(await text(page, "[role=status]"), told)
    await page.getByRole("searchbox").fill("stock.ts:41")
    const places = recording.events.filter((event) => event.kind === "parked" && event.place?.includes("stock.ts:41") === true).length
    await until(page, `${FOUND} === "– / ${places}"`)
    await page.getByRole("searchbox").fill("nothing of this kind")
    await until(page, `${FOUND} === "none"`)
    await page.keyboard.press("Escape")
    assert.equal(await page.getByRole("searchbox").inputValue(), "")
    done(shown)
  })

  it("says the advice, goes to what it is about, and switches the critical path off and on", async () => {
    const recording = madeRecording(3000, SEED)
    const shown = await browser.open(await renderTimelinePage(recording))
    const { page } = shown
    const before = await pixels(page)
    await page.getByRole("button", { name: "Critical path" }).click()
    await until(page, `document.querySelector("[aria-label^='Critical path']").getAttribute("aria-pressed") === "false"`)
    assert.notEqual(await pixels(page), before, "the line was drawn")
    await page.locator(".segments button").first().click()
    await settled(page, ([from, to]) => to - from < 0.2)
    assert.match(await text(page, "[role=status]"), / for /)
    done(shown)
  })

  it("says of an empty recording that no task ran", async () => {
    const shown = await browser.open(await renderTimelinePage({ tasks: [], events: [], dropped: 0 }))
    assert.match(await text(shown.page, ".empty"), /No task ran/)
    done(shown)
  })

  it("has room for everything on a narrow screen", async () => {
    const shown = await browser.open(small, { viewport: { width: 400, height: 720 } })
    const { page } = shown
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 400)
    await page.getByRole("button", { name: "Facts" }).click()
    assert.ok((await box(page, "aside")).height > 150)
    done(shown)
  })
})

function done({ page, complaints }: Shown): void {
  assert.deepEqual(complaints, [])
  void page.close()
}

async function text(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().innerText()).replaceAll("\u202f", " ")
}

async function box(page: Page, selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const found = await page.locator(selector).boundingBox()
  assert.ok(found !== null)
  return found
}

async function point(page: Page, time: number, row: string): Promise<{ x: number; y: number }> {
  const { x, y, width } = await box(page, ".plot")
  const [from, to] = await seen(page)
  return { x: x + ((time - from) / (to - from)) * width, y: y + (ROWS.indexOf(row) + 0.5) * ROW }
}

async function click(page: Page, time: number, row: string): Promise<void> {
  const { x, y } = await point(page, time, row)
  const before = await page.evaluate(TOLD)
  await page.mouse.click(x, y)
  await until(page, `${TOLD} !== ${JSON.stringify(before)}`)
}

/** From when to when. */
async function seen(page: Page): Promise<[number, number]> {
  const plot = page.locator(".plot")
  return [Number(await plot.getAttribute("data-from")), Number(await plot.getAttribute("data-to"))]
}

async function settled(page: Page, wanted: (range: [number, number]) => boolean): Promise<[number, number]> {
  for (let tries = 0; ; tries += 1) {
    const range = await seen(page)
    if (wanted(range)) return range
    assert.ok(tries < 200, `what is seen stays at ${range.join(" to ")}`)
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(resolve))")
  }
}

function near(range: [number, number], wanted: readonly [number, number]): void {
  assert.ok(range.every((time, at) => Math.abs(time - (wanted[at] ?? 0)) < PIXEL), `${range.join(" to ")}, not ${wanted.join(" to ")}`)
}

function ground(page: Page): Promise<string> {
  return page.evaluate("getComputedStyle(document.body).backgroundColor")
}

function pixels(page: Page): Promise<string> {
  return page.evaluate("document.querySelector('.plot').toDataURL()")
}

/** What is evaluated in the page is text: tests are compiled without the DOM. */
async function until(page: Page, condition: string): Promise<void> {
  await page.waitForFunction(condition)
}
