/** The types of the playground in a real browser, as a learner meets them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { gzipSync } from "node:zlib"
import type { Page } from "playwright-core"
import { needs } from "../support/needs.ts"
import { called, solutionOf } from "./support/exercise-files.ts"
import { OpenPlayground } from "./support/open-playground.ts"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : needs("chromium", "chromium")
const HEAD = 'import * as asyncio from "asyncio-ts"\n'
/** Takes the compiler minutes: it follows both ways at each letter. */
const ENDLESS = `type P<S extends string, N extends string = ""> = S extends \`\${infer A}\${infer B}\` ? P<B, \`\${N}\${A}\`> | P<B, \`\${A}\${N}x\`> : N
${Array.from({ length: 100 }, (_, at) => `declare const tea${at}: P<"${"a".repeat(40)}${at}">\n`).join("")}`
/** A compiler is loaded, and one that hangs is given its time. */
const LONG = { timeout: 120_000 }

/** Of page.js, gzipped: what a page takes without a compiler in it. */
const MOST_BYTES = 240_000

let playground: OpenPlayground

before(async () => {
  if (skip === false) playground = await OpenPlayground.start()
}, { timeout: 600_000 })
after(async () => playground?.stop())

async function ready(page: Page): Promise<void> {
  await page.waitForSelector("html[data-types=ready]", LONG)
}

/** Puts the cursor behind the program. */
async function atEnd(page: Page): Promise<void> {
  await page.locator(".cm-content").focus()
  await page.keyboard.press("Control+End")
}

/** Until TypeScript has said so many mistakes of the text that is there. */
async function mistakes(page: Page, words: RegExp): Promise<void> {
  await page.locator("#types", { hasText: words }).waitFor(LONG)
}

/** Asks for completions until that one is among them: a machine that stood still has been given the names alone. */
async function offered(page: Page, label: RegExp): Promise<void> {
  const option = page.locator(".cm-tooltip-autocomplete li", { hasText: label })
  await page.keyboard.press("Control+Space")
  while (!(await option.first().waitFor({ timeout: 5000 }).then(() => true, () => false))) {
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+Space")
  }
}

describe("the types of the playground", { skip, concurrency: false, timeout: 1_800_000 }, () => {
  it("loads TypeScript when somebody goes into the text, and opens and runs programs before", async () => {
    const own = await playground.open("")
    const { page } = own.own
    assert.ok(gzipSync(readFileSync(join(playground.built.folder, "page.js"))).length < MOST_BYTES)
    const asked: string[] = []
    page.on("request", (request) => void asked.push(request.url()))
    await own.own.run()
    assert.deepEqual(asked.filter((url) => url.includes("/types/")), [])
    await page.locator(".cm-content").focus()
    await ready(page)
    await mistakes(page, /^types: no mistakes$/)
    assert.equal(page.workers().filter((worker) => worker.url().endsWith("/types/worker.js")).length, 1)
    await playground.closed(own)
  })

  it("underlines a mistake of types while somebody writes, says that it stops nothing, and runs the program", async () => {
    const own = await playground.open("")
    const { page } = own.own
    await own.own.write(`${HEAD}const tea: string = await asyncio.run(() => asyncio.sleep(1, 3))\nconsole.log(tea)\n`)
    await mistakes(page, /^1 mistake of types \(F8\); it runs all the same$/)
    assert.equal(await page.locator(".cm-lintRange-warning").textContent(), "tea")
    await own.own.run()
    assert.equal(await own.own.output(), "3\n")
    await page.locator(".cm-content").focus()
    await page.keyboard.press("F8")
    await page.locator(".cm-tooltip .cm-diagnostic", { hasText: "Type 'number' is not assignable to type 'string'.a type: the program runs all the same" }).waitFor()
    // What has failed stands beside it, and goes with the next letter; the other stays until it is put right.
    await own.own.write(`${HEAD}const tea: string = 3\nthrow new Error("cold")\n`)
    await page.locator(".cm-lintRange-warning").waitFor()
    await own.own.run()
    await page.locator(".cm-lintRange-error").waitFor()
    assert.equal(await page.locator(".cm-lintRange-warning").count(), 1)
    await atEnd(page)
    await page.keyboard.type("\n")
    await page.waitForFunction("document.querySelector('.cm-lintRange-error') === null")
    assert.equal(await page.locator(".cm-lintRange-warning").count(), 1)
    await own.own.write("const tea = 3\n")
    await mistakes(page, /^types: no mistakes$/)
    assert.equal(await page.locator(".cm-lintRange-warning").count(), 0)
    await playground.closed(own)
  })

  it("completes by type, shows what is chosen, and imports it", async () => {
    const own = await playground.open("")
    const { page } = own.own
    await own.own.write("const kinds = ['Oolong']\nkinds.at(0)?.toUpper")
    await ready(page)
    await atEnd(page)
    await offered(page, /^toUpperCase$/)
    await page.locator(".cm-completionInfo .named", { hasText: "toUpperCase(): string" }).waitFor()
    await page.keyboard.press("Escape")
    await own.own.write("await gathe")
    await atEnd(page)
    await offered(page, /^gatherasyncio-ts$/)
    await page.locator(".cm-completionInfo .named p", { hasText: /^Runs awaitables concurrently and gives their results in the order of the arguments\.$/ }).waitFor()
    await page.keyboard.press("Enter")
    await page.waitForFunction(`[...document.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\\n") === 'import { gather } from "asyncio-ts"\\n\\nawait gather'`)
    // The cursor stays behind the name, where the parameters come next.
    await page.keyboard.type("([")
    await page.locator(".call strong", { hasText: /^work: / }).waitFor()
    await playground.closed(own)
  })

  it("says what a thing is when the pointer rests on it, in text alone", async () => {
    const own = await playground.open("")
    const { page } = own.own
    await own.own.write("/** Hot </script><img src=x onerror='window.taken = true'> tea. And more. */\nconst tea = 'Oolong' as const\nconsole.log(tea)\n")
    await ready(page)
    // While the service is busy the names alone are told: the pointer comes back.
    const explained = page.locator(".cm-tooltip-hover .named", { hasText: 'const tea: "Oolong"' })
    do {
      await page.locator(".cm-line").nth(0).hover({ position: { x: 1, y: 1 } })
      await page.locator(".cm-line").nth(1).hover({ position: { x: 60, y: 8 } })
    } while (!(await explained.waitFor({ timeout: 5000 }).then(() => true, () => false)))
    assert.equal(await page.textContent(".cm-tooltip-hover .named p"), "Hot </script><img src=x onerror='window.taken = true'> tea.")
    assert.equal(await page.evaluate("window.taken"), undefined)
    await playground.closed(own)
  })

  it("knows the other files of an exercise, and says nothing of those that stay as they are", async () => {
    const own = await playground.open("#exercise=blocking-call")
    const { page } = own.own
    await own.write("work.ts", solutionOf(called("blocking-call")))
    await ready(page)
    await own.write("work.ts", 'import { stamp } from "./stamp.ts"\nconst tea: number = stamp\n')
    await page.locator(".cm-lintRange-warning").first().waitFor(LONG)
    await page.locator(".cm-gutter-lint .cm-lint-marker-warning").first().hover()
    await page.locator(".cm-diagnostic", { hasText: /^Type '\(.* is not assignable to type 'number'/ }).waitFor()
    await own.show("stamp.ts")
    await page.waitForFunction("document.getElementById('types').textContent === '' && document.querySelector('.cm-lintRange-warning') === null")
    await playground.closed(own)
  })

  it("goes on with asyncio's names where TypeScript cannot be loaded", async () => {
    const own = await playground.open("")
    const { page, complaints } = own.own
    await page.route("**/types/**", (route) => route.abort())
    await own.own.write(HEAD)
    await page.waitForSelector("html[data-types=off]", LONG)
    await atEnd(page)
    await page.keyboard.type("asyncio.gath")
    await page.locator(".cm-tooltip-autocomplete li", { hasText: /^gather$/ }).waitFor()
    await page.locator(".cm-completionInfo .named", { hasText: "function gather" }).waitFor()
    assert.equal(await page.textContent("#types"), "")
    await own.own.write(`${HEAD}console.log("tea")\n`)
    await own.own.run()
    assert.equal(await own.own.output(), "tea\n")
    // The browser tells its own console what was kept from it, and nobody else.
    assert.deepEqual(complaints.filter((one) => !/\/types\/(?:worker\.js|files\.json)$|^Failed to load resource/.test(one)), [])
    await page.context().close()
  })

  it("ends a check that takes too long, while the page goes on, and looks at the next text", async () => {
    const own = await playground.open("")
    const { page } = own.own
    await own.own.write("const tea = 3\n")
    await mistakes(page, /^types: no mistakes$/)
    await own.own.write(`${ENDLESS}console.log("runs")\n`)
    await own.own.run()
    assert.equal(await own.own.output(), "runs\n")
    await mistakes(page, /^types take too long here$/)
    await own.own.write("const tea: string = 3\n")
    await mistakes(page, /^1 mistake of types/)
    await playground.closed(own)
  })

  it("survives the end of its worker, and takes it with the page", async () => {
    const own = await playground.open("")
    const { page } = own.own
    await own.own.write("const tea: string = 3\n")
    await mistakes(page, /^1 mistake of types/)
    const [worker] = page.workers()
    const next = page.waitForEvent("worker", LONG)
    await worker?.evaluate("setTimeout(() => { throw new Error('crashed') })")
    await next
    await own.own.write("const tea: string = 3\nconst cup: string = 4\n")
    await mistakes(page, /^2 mistakes of types/)
    const [last] = page.workers()
    const over = new Promise((resolve) => last?.once("close", resolve))
    // As a browser tells a page that it keeps for going back to.
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    await over
    await page.context().close()
  })

  for (const [name, width] of [["wide", 1400], ["narrow", 380]] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is without fault for axe-core, ${name} and ${colorScheme}`, async () => {
        const own = await playground.open("", { colorScheme, viewport: { width, height: 860 } })
        const { page } = own.own
        await own.own.write("const tea: string = 3\nconst = 4\ntea.toUpper")
        await mistakes(page, /^\d mistakes \(F8\)$/)
        await atEnd(page)
        await offered(page, /^toUpperCase$/)
        await page.locator(".cm-completionInfo .named").waitFor()
        assert.deepEqual(await own.own.violations(), [])
        await page.keyboard.press("Escape")
        await page.keyboard.press("F8")
        await page.locator(".cm-tooltip .cm-diagnostic").first().waitFor()
        assert.deepEqual(await own.own.violations(), [])
        await page.keyboard.press("Control+Shift+M")
        await page.locator(".cm-panel-lint li").first().waitFor()
        assert.deepEqual(await own.own.violations(), [])
        const [content, room] = await page.evaluate<[number, number]>("[document.documentElement.scrollWidth, innerWidth]")
        assert.ok(content <= room, `${content} pixels wide in ${room}`)
        await playground.closed(own)
      })
    }
  }
})
