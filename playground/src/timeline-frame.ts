/** The viewer's own page within ours, with a recording in it and a line where a step is. */
import { columnsOf } from "../../src/inspect/flight/columns-of.ts"
import { clocksOf, type Clocks } from "../../viewer/src/clocks.ts"
import type { Seen } from "./messages.ts"

/** What the viewer brings for large recordings would leave no room for the rows of a small one. */
const STYLE = `<style>
  .search, .overview, .title .begun, #theme { display: none !important }
  .title { flex-basis: 140px !important } .top { padding: 5px 10px !important; gap: 4px 12px !important }
  .rows { --names: clamp(96px, 26vw, 220px) !important }
  .step-cursor { position: fixed; z-index: 4; width: 2px; background: var(--found); pointer-events: none }
</style>`

/** A moment on a loop's clock. */
export interface Moment {
  readonly loop: number
  readonly time: number
}

export class TimelineFrame {
  readonly #holder: HTMLElement
  readonly #template: string
  #frame: HTMLIFrameElement | undefined
  /** The latest one that nobody has seen yet, while another opens. */
  #next: Seen | undefined
  /** The one that opens. */
  #opening: HTMLIFrameElement | undefined
  #clocks: Clocks | undefined
  #moment: Moment | undefined

  constructor(holder: HTMLElement, template: string) {
    this.#holder = holder
    this.#template = template
  }

  /** Opened behind the one that is seen, which gives way once the new one is drawn. */
  show(seen: Seen): void {
    this.#next = seen
    if (this.#opening === undefined) this.#open()
  }

  get focused(): boolean {
    return this.#frame !== undefined && document.activeElement === this.#frame
  }

  clear(): void {
    this.#next = undefined
    this.#moment = undefined
    this.#opening?.remove()
    this.#opening = undefined
    this.#frame?.remove()
    this.#frame = undefined
  }

  cursorAt(moment: Moment | undefined): void {
    this.#moment = moment
    this.#drawCursor()
  }

  /** As light or dark as the page. */
  dress(): void {
    const page = this.#frame?.contentDocument
    const theme = page?.documentElement.dataset["theme"]
    if (theme !== undefined && theme !== document.documentElement.dataset["theme"]) page?.getElementById("theme")?.click()
  }

  #open(): void {
    const seen = this.#next
    if (seen === undefined) return
    this.#next = undefined
    const frame = document.createElement("iframe")
    this.#opening = frame
    frame.title = "Timeline of the tasks"
    frame.className = "opening"
    frame.srcdoc = this.#template
      .replace("</style>", () => `</style>${STYLE}`)
      .replace("%facts%", () => seen.parts.facts)
      .replace("%recording%", () => seen.parts.recording)
    frame.addEventListener("load", () => this.#whenOpened(frame, seen))
    this.#holder.append(frame)
  }

  #whenOpened(frame: HTMLIFrameElement, seen: Seen): void {
    const page = frame.contentDocument?.documentElement
    if (page === undefined) return
    const opened = (): void => {
      if (page.dataset["opened"] === undefined) return
      changes.disconnect()
      if (this.#opening !== frame) return
      this.#opening = undefined
      this.#frame?.remove()
      this.#frame = frame
      frame.className = ""
      this.#clocks = clocksOf(columnsOf(seen.recording))
      this.dress()
      label(frame.contentDocument)
      this.#drawCursor()
      const plot = frame.contentDocument?.querySelector(".plot") ?? undefined
      if (plot !== undefined) new MutationObserver(() => this.#drawCursor()).observe(plot, { attributes: true, attributeFilter: ["data-from", "data-to", "width", "height"] })
      this.#open()
    }
    const changes = new MutationObserver(opened)
    changes.observe(page, { attributes: true, attributeFilter: ["data-opened"] })
    opened()
  }

  #drawCursor(): void {
    const page = this.#frame?.contentDocument ?? undefined
    const plot = page?.querySelector<HTMLElement>(".plot") ?? undefined
    if (page === undefined || plot === undefined) return
    const line = page.querySelector<HTMLElement>(".step-cursor") ?? page.body.appendChild(Object.assign(page.createElement("div"), { className: "step-cursor" }))
    const { from, to } = plot.dataset
    const at = this.#moment === undefined || this.#clocks === undefined ? NaN : (this.#clocks.of(this.#moment.loop, this.#moment.time) - Number(from)) / (Number(to) - Number(from))
    const box = plot.getBoundingClientRect()
    line.hidden = !(at >= 0 && at <= 1)
    line.style.left = `${box.left + at * (box.width - 2)}px`
    line.style.top = `${box.top}px`
    line.style.height = `${box.height}px`
  }
}

/** Within another page its landmarks need names, and what a button is called begins with what stands on it. */
function label(page: Document | null): void {
  page?.querySelector("header")?.setAttribute("aria-label", "View of the timeline")
  page?.querySelector("main")?.setAttribute("aria-label", "Rows of the timeline")
  for (const button of page?.querySelectorAll("header button") ?? []) {
    const [text, name] = [button.textContent ?? "", button.getAttribute("aria-label") ?? ""]
    if (/^[A-Z]/.test(text) && !name.includes(text)) button.setAttribute("aria-label", `${text}: ${name}`)
  }
}
