/** Headless Chromium at the built site, what a page complained about, and what axe finds on it. */
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core"
import { root } from "../../contracts/entries.ts"

interface Served {
  readonly url: string
  close(): Promise<void>
}

export interface Shown {
  readonly page: Page
  /** What came on its console as an error, what it threw, and what it asked others than its server for. */
  readonly complaints: readonly string[]
}

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

export class SiteBrowser {
  readonly #browser: Browser
  readonly #served: Served
  readonly #axe = readFileSync(createRequire(join(root, "site/package.json")).resolve("axe-core/axe.min.js"), "utf8")

  constructor(browser: Browser, served: Served) {
    this.#browser = browser
    this.#served = served
  }

  static async start(): Promise<SiteBrowser> {
    const { serve } = (await import(pathToFileURL(join(root, "site/serve.mjs")).href)) as { serve: (folder: string) => Promise<Served> }
    const served = await serve(join(root, "site/dist"))
    return new SiteBrowser(await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] }), served)
  }

  /** Opens a page in a context of its own, which whoever asked closes, once its script has taken it over. */
  async open(path: string, options: BrowserContextOptions): Promise<Shown> {
    const context = await this.#browser.newContext(options)
    const page = await context.newPage()
    const complaints: string[] = []
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())))
    page.on("pageerror", (error) => void complaints.push(String(error)))
    page.on("request", (request) => void (request.url().startsWith(this.#served.url) || /^(data|blob):/.test(request.url()) || complaints.push(`asked for ${request.url()}`)))
    page.on("response", (response) => void (response.status() >= 400 && complaints.push(`${response.url()}: ${response.status()}`)))
    await page.goto(this.#served.url + path, { waitUntil: "networkidle" })
    await page.waitForFunction(`document.querySelector("#app").__vue_app__ !== undefined`)
    return { page, complaints }
  }

  /** What axe finds on a page: the rule, and where. */
  async axe(page: Page): Promise<string[]> {
    await page.evaluate(this.#axe)
    const { violations } = await page.evaluate<{ violations: readonly Violation[] }>("axe.run()")
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ""}`))
  }

  filesIn(folder: string): string[] {
    return readdirSync(join(root, folder)).sort()
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await this.#served.close()
  }
}
