/** The playground in a real browser, from a plain server of files. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import type { Browser } from "playwright-core"
import { difference } from "../examples/support/comparison.ts"
import { expected } from "../examples/support/programs.ts"
import { needs } from "../support/needs.ts"
import { builtPlayground, PlaygroundPage, startChromium, type Built } from "./support/playground-page.ts"
import { StaticServer } from "./support/static-server.ts"

const skip = process.env["TEST_SYSTEM"] === undefined ? "runs with TEST_SYSTEM=1" : needs("chromium", "chromium")
/** Lessons whose output is another one in a browser, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "event-loop": "the message of an error says more in a browser",
  explained: "an explanation does not tell lines in a browser",
}
const HEAD = 'import * as asyncio from "asyncio-ts"\n'

const FOLDERS = ["lessons", "guide", "cookbook", "coming-from"]
const examples = join(import.meta.dirname, "../../examples")

let folder = ""
let built: Built
let server: StaticServer
let browser: Browser

before(async () => {
  if (skip !== false) return
  folder = mkdtempSync(join(tmpdir(), "asyncio-ts-playground-"))
  built = await builtPlayground(folder)
  server = await StaticServer.start(folder)
  browser = await startChromium()
}, { timeout: 600_000 })
after(async () => {
  await browser?.close()
  await server?.close()
  if (folder !== "") rmSync(folder, { recursive: true, force: true })
})

async function opened(hash = "", options?: Parameters<typeof PlaygroundPage.open>[2]): Promise<PlaygroundPage> {
  return PlaygroundPage.open(browser, `${server.address}${hash}`, options)
}

async function closed({ page, complaints }: PlaygroundPage): Promise<void> {
  assert.deepEqual(complaints, [])
  await page.context().close()
}

describe("the playground", { skip, concurrency: false, timeout: 1_800_000 }, () => {
  it("opens with the waiter and ten tables, and runs them on virtual time with a row for each task", async () => {
    const own = await opened()
    assert.equal(await own.page.inputValue("#examples"), "restaurant")
    assert.match((await own.page.textContent(".cm-content")) ?? "", /One waiter, ten tables.*asyncio\.gather\(tables\.map\(order\)\)/)
    await own.run()
    assert.equal(await own.output(), expected("restaurant").out)
    assert.deepEqual(await own.page.locator("#output .time").allTextContents(), ["2.00 s", "2.20 s"])
    assert.equal((await own.rows()).length, 11)
    await closed(own)
  })

  it("shows a program that runs on the real clock: its rows, and who waits for whom", async () => {
    const own = await opened()
    await own.write(`${HEAD}await asyncio.run(async () => {\n  await asyncio.createTask(asyncio.sleep(1000), { name: "nap" })\n}, { name: "sleeper" })\n`, "real")
    await own.start()
    await own.page.locator("#tasks pre", { hasText: "└─ nap" }).waitFor()
    assert.match((await own.page.textContent("#tasks pre")) ?? "", /^sleeper +waiting [^]*\n│ .* main\.ts:3\n└─ nap +waiting .*timer[^]* main\.ts:3$/)
    assert.deepEqual(await own.rows(), ["sleeper", "nap"])
    await own.page.click("#stop")
    await own.ended()
    await closed(own)
  })

  for (const clock of ["virtual", "real"] as const) {
    it(`cancels the main task at Stop, on the ${clock} clock, and lets it clean up`, async () => {
      const own = await opened()
      await own.write(
        `${HEAD}await asyncio.run(async () => {\n  console.log("begun")\n  try {\n    for (;;) await asyncio.sleep(1000)\n  } finally {\n    console.log("cleaned up")\n  }\n})\n`,
        clock,
      )
      await own.start()
      await own.written("begun")
      await own.page.click("#stop")
      await own.ended()
      assert.equal(await own.output(), "begun\ncleaned up\n")
      assert.equal(await own.output(".warn"), "Stopped.\n")
      await closed(own)
    })
  }

  it("ends a loop without an await at Stop, and runs the next program", async () => {
    const own = await opened()
    await own.write(`console.log("begun")\nfor (;;);\n`)
    await own.start()
    await own.written("begun")
    // All in one moment: after some seconds it would be ended without the second; and what has ended is told before the next picture is drawn.
    const stopped =
      "const stop = document.getElementById('stop'); stop.click(); const text = stop.textContent; stop.click(); return [text, document.documentElement.dataset.run, document.querySelector('#output .failed')?.textContent]"
    const [button, state, told] = await own.page.evaluate<string[]>(`(() => { ${stopped} })()`)
    assert.deepEqual([button, state], ["End now", "ended"])
    assert.match(told ?? "", /did not stop by itself/)
    // One that has timers of its own has not ended before they are over.
    await own.write(`setTimeout(() => console.log("again"), 50)\n`)
    await own.run()
    assert.equal(await own.output(), "again\n")
    await own.write(`setInterval(() => undefined, 1000)\nconsole.log("begun")\n`)
    await own.start()
    await own.written("begun")
    await own.page.click("#stop")
    await own.ended()
    assert.equal(await own.output(".warn"), "Stopped.\n")
    await closed(own)
  })

  it("says at which line of the learner's an error was thrown, a syntax is wrong, or a module is missing", async () => {
    const own = await opened()
    const cases = [
      [`${HEAD}interface Tea {\n  readonly kind: string\n}\nconst brew = asyncio.coroutine("brew", async (tea: Tea) => {\n  await asyncio.sleep(1)\n  throw new Error(\`no \${tea.kind}\`)\n})\nawait asyncio.run(brew({ kind: "Oolong" }))\n`, "Error: no Oolong", 7],
      [`${HEAD}const tea: string = "Oolong"\nconst = 3\n`, "SyntaxError", 3],
      [`${HEAD}import { readFile } from "node:fs/promises"\nconsole.log(readFile)\n`, "node:fs/promises is not to be had in a browser", 2],
    ] as const
    for (const [code, message, line] of cases) {
      await own.write(code)
      await own.run()
      assert.match(await own.output(".failed"), new RegExp(`${message}[^]*line ${line}\n`))
      await own.page.locator(".cm-lint-marker-error").waitFor()
      assert.equal(await own.page.locator(".cm-line", { has: own.page.locator(".cm-lintRange-error") }).textContent(), code.split("\n")[line - 1])
    }
    await closed(own)
  })

  it("steps from await to await, forwards and back, and shows who runs and what all tasks do then", async () => {
    const own = await opened("#example=together")
    await own.page.selectOption("#clock", "virtual")
    await own.run()
    const { page } = own
    const seen: string[] = []
    const look = async (): Promise<void> => {
      const states = (await page.locator("#tasks .tree .state").allTextContents()).join(", ")
      seen.push(`${(await own.told()).replace(/^\d+ of \d+ · /, "")} [${states}]`)
    }
    for (let step = 0; step < 4; step += 1) {
      await page.click("#forward")
      await look()
    }
    assert.equal(await page.locator("#tasks li.ran .name").textContent(), "└ Task-4 (brew)")
    assert.match((await page.locator(".cm-stops").textContent()) ?? "", /await asyncio\.sleep\(0\.3\)/)
    await page.click("#back")
    await look()
    assert.deepEqual(seen, [
      "0.00 s · Task-1 (main) begins, makes Task-2, Task-3, Task-4, and awaits gather (line 10). [waiting, not started, not started, not started]",
      "0.00 s · Task-2 (brew) begins, and awaits sleep 0.3 s (line 5). [waiting, waiting, not started, not started]",
      "0.00 s · Task-3 (brew) begins, and awaits sleep 0.3 s (line 5). [waiting, waiting, waiting, not started]",
      "0.00 s · Task-4 (brew) begins, and awaits sleep 0.3 s (line 5). [waiting, waiting, waiting, waiting]",
      "0.00 s · Task-3 (brew) begins, and awaits sleep 0.3 s (line 5). [waiting, waiting, waiting, not started]",
    ])
    await page.click("#last")
    await look()
    assert.equal(seen.at(-1), "0.30 s · Task-1 (main) goes on after gather (line 10), and ends: returned. [returned, returned, returned, returned]")
    // The line in the timeline stands at its end.
    const timeline = page.frameLocator("#timeline iframe:not(.opening)")
    const [line, plot] = [await timeline.locator(".step-cursor").boundingBox(), await timeline.locator(".plot").boundingBox()]
    assert.ok(line !== null && plot !== null && Math.abs(line.x - (plot.x + plot.width)) < 6)
    await page.focus("#slider")
    await page.keyboard.press("Home")
    assert.match(await own.told(), /^1 of 8 · .*Task-1 \(main\) begins/)
    await closed(own)
  })

  it("gives the program and its clock back from a shared link, and says so when the link is cut", async () => {
    const code = `${HEAD}// Ünïcode – 茶\nawait asyncio.run(() => asyncio.sleep(2))\nconsole.log("茶 is ready")\n`
    const own = await opened()
    await own.write(code, "real")
    await own.page.click("#share")
    await own.page.locator("#said", { hasText: "program" }).waitFor()
    const { hash } = new URL(own.page.url())
    assert.match(hash, /^#code=[\w-]+&clock=real$/)
    const other = await opened(hash)
    assert.equal((await other.page.locator(".cm-line").allTextContents()).join("\n"), code)
    assert.equal(await other.page.inputValue("#clock"), "real")
    await other.page.goto(`${server.address}${hash.slice(0, 40)}`)
    await other.page.locator("#said", { hasText: "cut short" }).waitFor()
    await closed(other)
    await closed(own)
  })

  it("opens an example again that somebody has changed", async () => {
    const own = await opened()
    await own.page.selectOption("#examples", "gather")
    await own.page.waitForFunction(`document.title.startsWith("gather.ts")`)
    await own.write("const changed = true")
    await own.page.waitForFunction(`document.title.startsWith("main.ts")`)
    await own.page.selectOption("#examples", "gather")
    await own.page.waitForFunction(`document.title.startsWith("gather.ts")`)
    assert.doesNotMatch((await own.page.textContent(".cm-content")) ?? "", /changed/)
    await closed(own)
  })

  it("is not taken over by a program that posts messages of its own, throws what cannot be shown, or writes without end", async () => {
    const own = await opened()
    const script = "'</scr' + 'ipt><script>parent.taken = true</scr' + 'ipt>'"
    const programs = [
      [`postMessage("tea"); postMessage(null); postMessage({ kind: "seen", seen: { recording: { tasks: [{ id: 1, name: "tea", loop: 1 }], events: [] }, parts: { facts: ${script}, recording: "" }, tree: "" } })\n`, ".line", /^$/],
      [`throw { toString() { throw 1 } }\n`, ".failed", /cannot be shown/],
      [`const error = new Error("round")\nerror.cause = error\nthrow error\n`, ".failed", /Error: round[^]*Circular/],
      [`console.log(Object.create(Object.create(null)))\n`, ".log", /null prototype/],
      [`console.log("x".repeat(50_000_000))\n`, ".log", /^x{10000}… 49990000 more letters\n$/],
      [`for (let line = 0; line < 20_000; line += 1) console.log("y".repeat(1000))\n`, ".log", /the rest is not shown\.\n$/],
      [`close()\n`, ".line", /^$/],
      [`import tea from "constructor"\n\nconsole.log(tea)`, ".failed", /is not to be had in a browser/],
    ] as const
    for (const [code, kind, written] of programs) {
      await own.write(code)
      await own.run()
      assert.match(await own.output(kind === ".line" ? "" : kind), written, code)
    }
    assert.equal(await own.page.locator("#timeline iframe").count(), 0)
    assert.equal(await own.page.evaluate("window.taken"), undefined)
    await closed(own)
  })

  it("has every program of the guide that needs no more than a browser, and says of the others why they are left out", () => {
    for (const from of FOLDERS) {
      const listed = built.examples.filter((one) => one.from === from).map(({ file }) => file)
      const left = built.left.filter((one) => one.from === from).map(({ name }) => `${name.replace(/^.*\//, "")}.ts`)
      assert.deepEqual([...listed, ...left].sort(), readdirSync(join(examples, from)).filter((file) => file.endsWith(".ts")).sort())
    }
    for (const { name, why } of built.left) assert.match(why, /^(?:imports node:|imports \.\.|imports asyncio-ts\/|uses )/, name)
  })

  it("runs each example on virtual time, and writes what its test promises", async (t) => {
    const own = await opened()
    const different: string[] = []
    for (const { name, file, clock, from } of built.examples) {
      await own.page.goto(`${server.address}#example=${name}&clock=virtual`)
      await own.page.waitForFunction(`document.getElementById("examples").value === ${JSON.stringify(name)} && document.documentElement.dataset.run === "idle"`)
      await own.run()
      const failed = await own.output(".failed")
      if (failed !== "") different.push(`${name}: ${failed}`)
      // What blocks takes no virtual time, and so writes other times.
      if (from === "playground" || clock === "real" || name in OTHERWISE) continue
      const source = readFileSync(join(examples, from, file), "utf8")
      // Plain promises take real time on either clock, and tell how much.
      if (!source.includes('from "asyncio-ts') && /\b(?:Date|performance)\.now\(/.test(source)) continue
      const wrong = difference(readFileSync(join(examples, from, file.replace(/\.ts$/, ".txt")), "utf8"), await own.output())
      if (wrong !== undefined) different.push(`${name}: ${wrong}`)
    }
    assert.deepEqual(different, [])
    t.diagnostic(`${built.examples.length} programs listed, ${built.left.length} left out`)
    await closed(own)
  })

  it("shows four ways side by side: in turn, together, blocked, forgotten", async () => {
    const own = await opened()
    await own.page.click("#compare")
    await own.page.waitForFunction(`document.querySelectorAll("#cards article[data-ended]").length === 4`)
    const texts = await own.page.locator("#cards pre").allTextContents()
    const three = "Masala is ready.\nGreen is ready.\nGinger is ready.\n"
    assert.deepEqual(texts.slice(0, 3), [three, three, three])
    assert.match(texts[3] ?? "", /^Masala is ready\.\nGinger is ready\.\nAsyncioWarning: coroutine 'brew' was never awaited/)
    const times = await own.page.locator("#cards .length").allTextContents()
    // What blocks takes real time, of which a busy machine takes more.
    assert.deepEqual([times[0], times[1], times[3]], ["0.9 s", "0.3 s", "0.6 s"])
    assert.ok(Number.parseFloat(times[2] ?? "") >= 0.9, String(times[2]))
    assert.deepEqual(await own.page.locator("#cards .bars").evaluateAll((all) => all.map(({ childElementCount }) => childElementCount)), [1, 4, 4, 1])
    await own.page.locator("#cards button").nth(1).click()
    await own.page.waitForFunction(`document.title.startsWith("together.ts")`)
    await closed(own)
  })

  it("completes asyncio's names, and says what one is", async () => {
    const own = await opened()
    await own.write(HEAD)
    await own.page.locator(".cm-content").click()
    await own.page.keyboard.press("Control+End")
    await own.page.keyboard.type("asyncio.gath")
    await own.page.locator(".cm-tooltip-autocomplete li", { hasText: /^gather$/ }).waitFor()
    await own.page.locator(".cm-completionInfo .named", { hasText: "function gather" }).waitFor()
    await closed(own)
  })

  for (const [name, width] of [["wide", 1400], ["narrow", 380]] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`is without fault for axe-core, ${name} and ${colorScheme}, and by keyboard`, async () => {
        const own = await opened("", { colorScheme, viewport: { width, height: 860 } })
        const { page } = own
        await page.focus("#run")
        await page.keyboard.press("Enter")
        await own.ended()
        await own.rows()
        await page.focus("#forward")
        await page.keyboard.press("Enter")
        assert.match(await own.told(), /^1 of /)
        await page.focus(".cm-content")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Tab")
        assert.equal(await page.evaluate("document.activeElement.closest('#editor')"), null)
        assert.deepEqual(await own.violations(), [])
        const [content, room] = await page.evaluate<[number, number]>("[document.documentElement.scrollWidth, innerWidth]")
        assert.ok(content <= room, `${content} pixels wide in ${room}`)
        await page.click("#compare")
        await page.waitForFunction(`document.querySelectorAll("#cards article[data-ended]").length === 4`)
        assert.deepEqual(await own.violations(), [])
        await page.keyboard.press("Escape")
        await page.click("#theme")
        assert.equal(await page.evaluate("document.documentElement.dataset.theme"), colorScheme === "light" ? "dark" : "light")
        assert.equal(await page.frameLocator("#timeline iframe:not(.opening)").locator("html").getAttribute("data-theme"), colorScheme === "light" ? "dark" : "light")
        await closed(own)
      })
    }
  }
})
