/** The playground in headless Chromium, as a learner uses it. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"

const playground = join(import.meta.dirname, "../../../playground")
/** A worker has to begin, and programs on the real clock take seconds. */
const PATIENCE = 30_000

export interface Built {
  readonly folder: string
  readonly examples: readonly { readonly name: string; readonly code: string; readonly clock: "virtual" | "real"; readonly file: string; readonly from: string }[]
  readonly left: readonly { readonly name: string; readonly from: string; readonly why: string }[]
  readonly exercises: readonly { readonly name: string; readonly needs: Readonly<Record<string, string>> }[]
}

export async function builtPlayground(folder: string): Promise<Built> {
  const { build } = (await import(new URL("../../../playground/build.mjs", import.meta.url).href)) as { build: (folder: string) => Promise<Built> } // what that file exports
  return build(folder)
}

export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] })
}

export class PlaygroundPage {
  readonly page: Page
  /** Errors on its console, what it threw, and what it asked of others than its server. */
  readonly complaints: readonly string[]

  constructor(page: Page, complaints: readonly string[]) {
    this.page = page
    this.complaints = complaints
  }

  static async open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<PlaygroundPage> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 860 }, ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE)
    const complaints: string[] = []
    const { origin } = new URL(address)
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())))
    page.on("pageerror", (error) => void complaints.push(String(error)))
    page.on("requestfailed", (request) => void complaints.push(`failed: ${request.url()}`))
    context.on("request", (request) => {
      const url = request.url()
      if (!url.startsWith(`${origin}/`) && !/^(?:data|blob:|about:srcdoc)/.test(url)) complaints.push(`asked for ${url}`)
    })
    const own = new PlaygroundPage(page, complaints)
    await page.goto(address)
    await page.waitForSelector("html[data-opened]")
    return own
  }

  /** Puts a program in the place of the one that is there, on the clock that is named. */
  async write(code: string, clock: "virtual" | "real" = "virtual"): Promise<void> {
    await this.page.selectOption("#clock", clock)
    await this.page.locator(".cm-content").fill(code)
  }

  async start(): Promise<void> {
    await this.page.click("#run")
  }

  async ended(): Promise<void> {
    await this.page.waitForSelector("html[data-run=ended]")
  }

  async run(): Promise<void> {
    await this.start()
    await this.ended()
  }

  async written(text: string): Promise<void> {
    await this.page.locator("#output .line", { hasText: text }).first().waitFor()
  }

  /** What the program has written, without warnings and errors. */
  async output(kind = ".log"): Promise<string> {
    const lines = await this.page.locator(`#output .line${kind} .text`).allTextContents()
    return lines.map((line) => `${line}\n`).join("")
  }

  async rows(): Promise<string[]> {
    // Beside one that shows the program as it was in its midst, the next may be opening.
    await this.page.locator("#timeline iframe.opening").waitFor({ state: "detached" })
    const frame = this.page.frameLocator("#timeline iframe:not(.opening)")
    await frame.locator(".tree .name .text").first().waitFor()
    return frame.locator(".tree .name .text").allTextContents()
  }

  async told(): Promise<string> {
    return (await this.page.textContent("#told")) ?? ""
  }

  /** What axe-core finds wrong, in the viewer's page within it too. */
  async violations(): Promise<string[]> {
    const axe = readFileSync(createRequire(join(playground, "package.json")).resolve("axe-core/axe.min.js"), "utf8")
    for (const frame of this.page.frames()) await frame.evaluate(axe)
    const found = await this.page.evaluate<{ violations: { id: string; nodes: { target: unknown; failureSummary: string }[] }[] }>("axe.run()")
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${JSON.stringify(target)}: ${failureSummary}`))
  }
}
