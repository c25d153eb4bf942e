/** Opens the recording that the page carries, and keeps what is seen up to date. */
import { createRef, render } from "preact"
import { App, type Elements } from "./app.tsx"
import { sheetOf } from "./canvas.ts"
import { Commands } from "./commands.ts"
import { pathLine } from "./critical-path.ts"
import { embedded } from "./embedded.ts"
import { gesturesOn } from "./gestures.ts"
import { onKey, type Toggles } from "./keys.ts"
import { loadOf } from "./load.ts"
import { modelOf } from "./model.ts"
import { paintOverview } from "./overview.ts"
import { paletteOf, type Palette } from "./palette.ts"
import { paintPlot } from "./plot.ts"
import { paintRuler } from "./ruler.ts"
import { Tooltip } from "./tooltip.ts"
import { View } from "./view.ts"

/** Finer than a pixel of the widest screens is never seen. */
const BUCKETS = 1200
/** With less room the facts wait until they are asked for. */
const NARROW = 760

async function open(): Promise<void> {
  const { facts, columns } = await embedded()
  const model = modelOf(facts, columns)
  const load = loadOf(model, BUCKETS)
  const path = pathLine(model)
  const view = new View(model)
  const elements: Elements = { overview: createRef(), ruler: createRef(), plot: createRef(), scroller: createRef(), search: createRef() }
  const root = document.getElementById("app")
  if (root === null) return
  document.title = `${facts.title} · timeline`

  const prefersDark = matchMedia("(prefers-color-scheme: dark)")
  let theme: "light" | "dark" | undefined
  let printing = false
  let palette: Palette
  const isDark = (): boolean => !printing && (theme === undefined ? prefersDark.matches : theme === "dark")
  const dress = (): void => {
    document.documentElement.dataset["theme"] = isDark() ? "dark" : "light"
    palette = paletteOf(document.documentElement, isDark())
  }
  dress()

  let commands: Commands | undefined
  let help = false
  let panel = innerWidth >= NARROW
  const redress = (): void => {
    dress()
    view.changed()
  }
  const toggles: Toggles = {
    theme: () => {
      theme = isDark() ? "light" : "dark"
      redress()
    },
    help: () => {
      help = !help
      view.changed()
      if (!help) elements.plot.current?.focus()
    },
    search: () => elements.search.current?.select(),
    path: () => {
      view.path = !view.path
      view.changed()
    },
    arrows: () => {
      view.arrows = !view.arrows
      view.changed()
    },
    here: () => view.setOnlyHere(!view.onlyHere),
  }
  const onPanel = (): void => {
    panel = !panel
    view.changed()
  }
  let revision = 0
  const lay = (): void => render(<App {...{ view, commands, elements, toggles, help, panel, onPanel, revision }} dark={isDark()} />, root)
  lay()

  const { plot, ruler, overview, scroller } = elements
  const [plotElement, rulerElement, overviewElement, scrollElement] = [plot.current, ruler.current, overview.current, scroller.current]
  if (plotElement === null || rulerElement === null || overviewElement === null || scrollElement === null) return
  const measure = (): void => {
    view.height = scrollElement.clientHeight
    view.width = Math.max(1, plotElement.clientWidth)
  }
  const scrollTo = (top: number): void => {
    const most = Math.max(0, view.wholeHeight - view.height)
    view.top = Math.max(0, Math.min(most, top))
    scrollElement.scrollTop = view.top / view.scrollScale
  }
  measure()
  const gestures = gesturesOn(plotElement, { ruler: rulerElement, overview: overviewElement }, view, (pixels) => scrollTo(view.top + pixels))
  commands = new Commands(view, gestures, scrollTo)
  revision += 1

  const paint = (): void => {
    lay()
    // What is seen may have moved the rows, and other rows may be there.
    if (Math.abs(scrollElement.scrollTop - view.top / view.scrollScale) >= 1) scrollTo(view.top)
    for (const [element, draw] of [
      [overviewElement, (sheet) => paintOverview(sheet, view, load, palette)],
      [rulerElement, (sheet) => paintRuler(sheet, view, palette)],
      [plotElement, (sheet) => paintPlot(sheet, view, palette, path)],
    ] as readonly [HTMLCanvasElement, (sheet: NonNullable<ReturnType<typeof sheetOf>>) => void][]) {
      const sheet = sheetOf(element)
      if (sheet !== undefined) draw(sheet)
    }
    // For programs that look at the page, and for its tests.
    plotElement.dataset["from"] = String(view.from)
    plotElement.dataset["to"] = String(view.to)
  }
  let frame = 0
  const soon = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      paint()
    })
  }
  view.listen((what) => {
    if (what === "state") revision += 1
    soon()
  })

  const fitTo = (): void => {
    measure()
    gestures.resized()
    scrollTo(view.top)
    soon()
  }
  const sizes = new ResizeObserver(fitTo)
  for (const element of [scrollElement, plotElement, overviewElement]) sizes.observe(element)
  prefersDark.addEventListener("change", redress)
  addEventListener("beforeprint", () => {
    printing = true
    dress()
    fitTo()
    paint()
  })
  addEventListener("afterprint", () => {
    printing = false
    redress()
  })
  scrollElement.addEventListener("scroll", () => {
    // What was scrolled to from here is exact; the bar is not.
    if (Math.abs(scrollElement.scrollTop - view.top / view.scrollScale) >= 1) view.top = scrollElement.scrollTop * view.scrollScale
    soon()
  })
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement
    if (help && event.key === "Escape") toggles.help()
    else if (commands === undefined || typing || help || event.ctrlKey || event.metaKey || event.altKey) return
    // A button that has the focus is pressed by these.
    else if (event.target instanceof HTMLButtonElement && (event.key === "Enter" || event.key === " ")) return
    else if (!onKey(event, commands, toggles)) return
    event.preventDefault()
  })

  const tooltip = new Tooltip()
  const under = ({ clientX, clientY }: MouseEvent): { row: number; span: number } | undefined => {
    const { left, top } = plotElement.getBoundingClientRect()
    const row = view.rowAt(clientY - top)
    return row === undefined ? undefined : { row, span: view.spanAt(row, view.time(clientX - left)) }
  }
  plotElement.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons !== 0) return tooltip.hide()
    const found = under(event)
    const changed = found?.row !== view.hovered?.row || found?.span !== view.hovered?.span
    view.hovered = found
    tooltip.show(view, event.clientX, event.clientY)
    if (changed) soon()
  })
  plotElement.addEventListener("pointerleave", () => {
    view.hovered = undefined
    tooltip.hide()
    soon()
  })
  plotElement.addEventListener("click", (event) => {
    if (event.shiftKey) return
    plotElement.focus()
    commands?.select(under(event))
  })
  plotElement.addEventListener("dblclick", (event) => {
    const found = under(event)
    if (found !== undefined && found.span >= 0) commands?.zoomTo(found)
  })
  paint()
  document.documentElement.dataset["opened"] = performance.now().toFixed(0)
}

open().catch((error: unknown) => {
  const root = document.getElementById("app")
  if (root !== null) root.textContent = `This page cannot show its recording: ${error instanceof Error ? error.message : String(error)}`
  throw error
})
