/** Headless Chromium, and what a page in it complained about. */
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

export interface Shown {
  readonly page: Page
  /** What came on its console as an error, what it threw, and what it asked the network for. */
  readonly complaints: readonly string[]
}

export class PageBrowser {
  readonly #folder = mkdtempSync(join(tmpdir(), "asyncio-ts-page-"))
  readonly #browser: Browser
  #count = 0
  /** For pages without options of their own: to begin one takes its time. */
  #plain: BrowserContext | undefined

  constructor(browser: Browser) {
    this.#browser = browser
  }

  static async start(): Promise<PageBrowser> {
    return new PageBrowser(await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] }))
  }

  /** Opens a page from a file, as a person would, once it shows its recording. */
  async open(html: string, options?: BrowserContextOptions): Promise<Shown> {
    this.#count += 1
    const file = join(this.#folder, `${this.#count}.html`)
    writeFileSync(file, html)
    const viewport = { width: 1200, height: 700 }
    const context = options === undefined ? (this.#plain ??= await this.#browser.newContext({ viewport })) : await this.#browser.newContext({ viewport, ...options })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())))
    page.on("pageerror", (error) => void complaints.push(String(error)))
    page.on("request", (request) => void (/^(file|data|blob):/.test(request.url()) || complaints.push(`asked for ${request.url()}`)))
    await page.goto(pathToFileURL(file).href)
    await page.waitForSelector("html[data-opened]", { timeout: 120_000 })
    return { page, complaints }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
