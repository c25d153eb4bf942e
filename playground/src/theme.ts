/** Light or dark: as the system is, until somebody chooses. */

export class Theme {
  readonly #system = matchMedia("(prefers-color-scheme: dark)")
  readonly #changed: () => void
  #chosen: "light" | "dark" | undefined

  constructor(button: HTMLButtonElement, changed: () => void) {
    this.#changed = changed
    this.#system.addEventListener("change", () => this.#dress(button))
    button.addEventListener("click", () => {
      this.#chosen = this.#dark ? "light" : "dark"
      this.#dress(button)
    })
    this.#dress(button)
  }

  get #dark(): boolean {
    return this.#chosen === undefined ? this.#system.matches : this.#chosen === "dark"
  }

  #dress(button: HTMLButtonElement): void {
    document.documentElement.dataset["theme"] = this.#dark ? "dark" : "light"
    button.textContent = this.#dark ? "Light" : "Dark"
    this.#changed()
  }
}
