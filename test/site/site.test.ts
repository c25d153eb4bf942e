/** The built site, served by a plain file server, in a real browser. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { exportsOf, entries, root } from "../contracts/entries.ts"
import { needs } from "../support/needs.ts"
import { SiteBrowser } from "./support/site-browser.ts"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : needs("chromium", "chromium")
const WIDE = { width: 1280, height: 800 }
const NARROW = { width: 380, height: 740 }
const PAGES = ["index.html", "guide/08-gather.html", "api/asyncio-ts/functions/gather.html"]

let browser: SiteBrowser

describe("the site", { skip, concurrency: false }, () => {
  before(async () => {
    const printed = await built()
    assert.match(printed, /none of them dead/)
    browser = await SiteBrowser.start()
  }, { timeout: 900_000 })
  after(() => browser?.close())

  it("has a page for every public name", () => {
    const missing = entries().filter(({ browser }) => !browser).flatMap(({ file, specifier }) =>
      exportsOf(file).filter(({ name }) => !existsSync(pageOf(specifier, name))).map(({ name }) => `${name} of ${specifier}`),
    )
    assert.deepEqual(missing, [])
  })

  it("says of every name whether browsers have it", () => {
    const has = new Set(entries().filter(({ browser, specifier }) => browser && specifier === "asyncio-ts").flatMap(({ file }) => exportsOf(file).map(({ name }) => name)))
    assert.ok(has.size > 50)
    const wrong = entries().filter(({ browser, specifier }) => !browser && specifier === "asyncio-ts").flatMap(({ file }) =>
      exportsOf(file).filter(({ name }) => readFileSync(pageOf("asyncio-ts", name), "utf8").includes("Not in browsers.") === has.has(name)).map(({ name }) => name),
    )
    assert.deepEqual(wrong, [])
  })

  it("has every chapter of the guide in its sidebar, by the chapter's own heading", async () => {
    const { page } = await browser.open("guide/08-gather.html", { viewport: WIDE })
    const shown = await page.locator(".VPSidebar a").allTextContents()
    const chapters = browser.filesIn("docs/guide").filter((file) => file.endsWith(".md")).map((file) => /^# (.+)$/m.exec(readFileSync(join(root, "docs/guide", file), "utf8"))?.[1]?.replaceAll("`", ""))
    assert.ok(chapters.length > 20)
    assert.deepEqual(chapters.filter((heading) => heading === undefined || !shown.includes(heading)), [])
    await page.context().close()
  })

  for (const colorScheme of ["light", "dark"] as const) {
    for (const viewport of [WIDE, NARROW]) {
      for (const path of PAGES) {
        it(`is free of what axe finds, of errors and of requests elsewhere: ${path}, ${colorScheme}, ${viewport.width} wide`, { timeout: 600_000 }, async () => {
          const { page, complaints } = await browser.open(path, { colorScheme, viewport })
          assert.equal(await page.evaluate<boolean>(`document.documentElement.classList.contains("dark")`), colorScheme === "dark")
          assert.deepEqual(await browser.axe(page), [])
          const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth")
          assert.equal(overflow, 0, "the page is wider than the window")
          assert.deepEqual(complaints, [])
          await page.context().close()
        })
      }
    }
  }

  it("shows the code and the output of a program that a chapter includes", async () => {
    const { page } = await browser.open("guide/08-gather.html", { viewport: WIDE })
    const blocks = (await page.locator(".vp-doc pre").allTextContents()).map((text) => text.trim())
    for (const file of ["gather.ts", "gather.txt"]) {
      const text = readFileSync(join(root, "examples/lessons", file), "utf8").trim()
      assert.ok(blocks.includes(text), `${file} is on the page`)
    }
    await page.context().close()
  })

  it("is read by keyboard: the first Tab leads past the menus, the next ones to links of the text", async () => {
    const { page, complaints } = await browser.open("guide/08-gather.html", { viewport: WIDE })
    await page.keyboard.press("Tab")
    assert.equal(await page.evaluate<string>("document.activeElement.textContent.trim()"), "Skip to content")
    await page.keyboard.press("Enter")
    await page.waitForFunction(`document.activeElement.id === "VPContent"`)
    const isInText = `document.activeElement.closest(".vp-doc") !== null`
    // The way goes past the sidebar's links only if the skip has led nowhere.
    let presses = 0
    while (presses < 30 && !(await page.evaluate<boolean>(isInText))) {
      await page.keyboard.press("Tab")
      presses += 1
    }
    assert.ok(await page.evaluate<boolean>(isInText), "no link or button of the text has the focus after 30 times Tab")
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

  it("finds a public name by its search, with the keyboard alone", { timeout: 600_000 }, async () => {
    const { page, complaints } = await browser.open("index.html", { viewport: WIDE })
    await page.keyboard.press("Control+k")
    await page.locator("#localsearch-input").fill("BoundedSemaphore")
    await page.locator("#localsearch-list a").first().waitFor()
    await page.keyboard.press("Enter")
    await page.waitForURL(/BoundedSemaphore\.html/)
    await page.locator(".vp-doc h1", { hasText: /^BoundedSemaphore\P{L}*$/u }).waitFor()
    assert.deepEqual(complaints, [])
    await page.context().close()
  })

  it("leads from page to page without loading anything from elsewhere", async () => {
    const { page, complaints } = await browser.open("guide/01-what-it-is.html", { viewport: WIDE })
    await page.locator("a.pager-link.next").click()
    await page.waitForURL(/guide\/02-/)
    await page.locator("h1").waitFor()
    assert.deepEqual(complaints, [])
    await page.context().close()
  })
})

/** What `npm run docs:build` prints. */
async function built(): Promise<string> {
  const child = spawn(process.execPath, [join(root, "tools/docs.mjs")], { stdio: ["ignore", "pipe", "pipe"] })
  let printed = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (printed += text))
  const [code] = await once(child, "close") as [number | null]
  assert.equal(code, 0, printed)
  return printed
}

/** Where the page of a name is; a member of a namespace is below it. */
function pageOf(specifier: string, name: string): string {
  const steps = name.split(".")
  const last = steps.pop() ?? ""
  const folder = join(root, "site/dist/api", specifier, ...steps.flatMap((step) => ["namespaces", step]))
  const kinds = ["classes", "functions", "interfaces", "type-aliases", "variables", "enumerations"].map((kind) => join(folder, kind, `${last}.html`))
  return [...kinds, join(folder, "namespaces", last, "index.html")].find((file) => existsSync(file)) ?? join(folder, last)
}
