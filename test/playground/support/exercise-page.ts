/** An exercise in the playground, as a learner works on it. */
import type { PlaygroundPage } from "./playground-page.ts"

export interface Said {
  /** Such as `not yet`. */
  readonly how: string
  readonly sentence: string
  readonly details: readonly string[]
}

export class ExercisePage {
  readonly own: PlaygroundPage

  constructor(own: PlaygroundPage) {
    this.own = own
  }

  /** Goes to the exercise by its link. */
  async open(name: string, title: string): Promise<void> {
    await this.own.page.evaluate(`location.hash = ${JSON.stringify(`#exercise=${name}`)}`)
    await this.own.page.locator("#exercise-title", { hasText: `. ${title}` }).waitFor()
  }

  async show(file: string): Promise<void> {
    await this.own.page.locator(`#files button[value="${file}"]`).click()
  }

  async write(file: string, text: string): Promise<void> {
    await this.show(file)
    await this.own.page.locator(".cm-content").fill(text)
  }

  async check(): Promise<Said> {
    const { page } = this.own
    await page.click("#check")
    await page.waitForSelector("html[data-check=ended]")
    const details = (await page.locator("#verdict .details").count()) === 0 ? "" : await page.textContent("#verdict .details")
    const whole = (await page.textContent("#verdict .sentence")) ?? ""
    const how = (await page.textContent("#verdict .sentence strong")) ?? ""
    return { how, sentence: whole.slice(how.length + 2), details: details === null || details === "" ? [] : details.split("\n") }
  }
}
