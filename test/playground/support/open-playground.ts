/** The playground, built and served for a test, with a browser that opens it. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { ExercisePage } from "./exercise-page.ts"
import { builtPlayground, PlaygroundPage, startChromium, type Built } from "./playground-page.ts"
import { StaticServer } from "./static-server.ts"

export class OpenPlayground {
  readonly built: Built
  readonly browser: Browser
  readonly #folder: string
  readonly #server: StaticServer

  constructor(folder: string, built: Built, server: StaticServer, browser: Browser) {
    this.#folder = folder
    this.built = built
    this.#server = server
    this.browser = browser
  }

  static async start(): Promise<OpenPlayground> {
    const folder = mkdtempSync(join(tmpdir(), "asyncio-ts-playground-"))
    return new OpenPlayground(folder, await builtPlayground(folder), await StaticServer.start(folder), await startChromium())
  }

  get address(): string {
    return this.#server.address
  }

  async open(hash: string, options?: Parameters<typeof PlaygroundPage.open>[2]): Promise<ExercisePage> {
    return new ExercisePage(await PlaygroundPage.open(this.browser, `${this.address}${hash}`, options))
  }

  /** Closes a page, of which nobody may have heard a complaint. */
  async closed({ own: { page, complaints } }: ExercisePage): Promise<void> {
    assert.deepEqual(complaints, [])
    await page.context().close()
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await this.#server.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
