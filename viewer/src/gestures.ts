/** Wheel, drag and pinch on the plot, by d3-zoom; dragging on the ruler, and with Shift, marks a stretch to see. */
import { select } from "d3-selection"
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior } from "d3-zoom"
import type { View } from "./view.ts"

/** How much a notch of a wheel zooms, at most: half an octave. */
const NOTCH = 0.5
const LEAST_BAND = 4

export interface Gestures {
  /** Shows a stretch, as near to the wanted one as there is. */
  show(from: number, to: number): void
  zoomBy(factor: number, at?: number): void
  panBy(pixels: number): void
  resized(): void
}

/** @param scroll - moves the rows by pixels */
export function gesturesOn(plot: HTMLElement, strips: { readonly ruler: HTMLElement; readonly overview: HTMLElement }, view: View, scroll: (pixels: number) => void): Gestures {
  let y = 0
  const behaviour: ZoomBehavior<HTMLElement, unknown> = zoom<HTMLElement, unknown>()
    .filter((event: MouseEvent) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : !(event.button > 0)))
    .wheelDelta(({ deltaY, deltaMode, ctrlKey }: WheelEvent) => Math.max(-NOTCH, Math.min(NOTCH, -deltaY * (deltaMode === 1 ? 0.05 : 0.002) * (ctrlKey ? 5 : 1))))
    .clickDistance(3)
    .on("start", ({ transform }: D3ZoomEvent<HTMLElement, unknown>) => (y = transform.y))
    .on("zoom", ({ transform, sourceEvent }: D3ZoomEvent<HTMLElement, unknown>) => {
      const perPixel = view.model.length / view.width / transform.k
      const from = Math.max(0, -transform.x * perPixel)
      view.see(from, Math.min(view.model.length, from + view.width * perPixel))
      const dragged = sourceEvent?.type === "mousemove" || (sourceEvent?.type === "touchmove" && sourceEvent.touches.length === 1)
      if (dragged && transform.y !== y) scroll(y - transform.y)
      y = transform.y
      view.changed("frame")
    })
    // Rows scroll by the browser's own means: only the time is confined here.
    .constrain((transform, [[left], [right]], [[first], [last]]) => {
      const before = transform.invertX(left) - first
      const behind = transform.invertX(right) - last
      return transform.translate(behind > before ? (before + behind) / 2 : Math.min(0, before) || Math.max(0, behind), 0)
    })
  const target = select(plot)
  const measure = (): void => {
    behaviour.extent([[0, 0], [view.width, view.height]]).translateExtent([[0, -Infinity], [view.width, Infinity]]).scaleExtent([1, Math.max(1, view.model.length / 1e-7)])
  }
  measure()
  target.call(behaviour).on("dblclick.zoom", null)

  const show = (wantedFrom: number, wantedTo: number): void => {
    const [from, to] = view.within(wantedFrom, wantedTo)
    const scale = view.model.length / (to - from)
    target.call(behaviour.transform, zoomIdentity.translate((-from / view.model.length) * view.width * scale, 0).scale(scale))
    // A change too small for the transform is none that could be seen, but the ends are exact.
    view.see(from, to)
    view.changed("frame")
  }
  const zoomBy = (factor: number, at = (view.from + view.to) / 2): void => show(at - (at - view.from) / factor, at + (view.to - at) / factor)
  const panBy = (pixels: number): void => {
    const by = (pixels / view.width) * (view.to - view.from)
    show(view.from + by, view.to + by)
  }

  plot.addEventListener("wheel", (event) => {
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0
    if (event.ctrlKey || event.metaKey || sideways === 0) return
    event.preventDefault()
    panBy(sideways)
  }, { passive: false })
  for (const strip of [strips.ruler, strips.overview]) {
    strip.addEventListener("wheel", (event) => {
      event.preventDefault()
      const at = ((event.clientX - strip.getBoundingClientRect().left) / strip.clientWidth)
      zoomBy(2 ** Math.max(-NOTCH, Math.min(NOTCH, -event.deltaY * 0.005)), strip === strips.overview ? at * view.model.length : view.time(at * view.width))
    }, { passive: false })
  }
  bandOn(strips.ruler, () => true)
  bandOn(plot, (event) => event.shiftKey)
  brushOn(strips.overview)
  return { show, zoomBy, panBy, resized: () => { const { from, to } = view; measure(); show(from, to) } }

  function bandOn(element: HTMLElement, begins: (event: PointerEvent) => boolean): void {
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !begins(event)) return
      event.preventDefault()
      element.setPointerCapture(event.pointerId)
      const { left } = plot.getBoundingClientRect()
      const start = event.clientX - left
      const move = ({ clientX }: PointerEvent): void => {
        view.band = [start, Math.max(0, Math.min(view.width, clientX - left))]
        view.changed("frame")
      }
      follow(element, move, () => {
        const band = view.band
        view.band = undefined
        if (band !== undefined && Math.abs(band[1] - band[0]) >= LEAST_BAND) show(view.time(Math.min(...band)), view.time(Math.max(...band)))
        else view.changed("frame")
      })
    })
  }

  /** Dragging the window moves it, dragging beside it draws a new one, and a click brings it there. */
  function brushOn(strip: HTMLElement): void {
    strip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return
      event.preventDefault()
      strip.setPointerCapture(event.pointerId)
      const { left } = strip.getBoundingClientRect()
      const timeAt = (x: number): number => ((x - left) / strip.clientWidth) * view.model.length
      const start = timeAt(event.clientX)
      const { from, to } = view
      const whole = to - from >= view.model.length * 0.999
      const inside = !whole && start >= from && start <= to
      let moved = false
      const move = ({ clientX }: PointerEvent): void => {
        if (!moved && Math.abs(clientX - event.clientX) < LEAST_BAND) return
        moved = true
        const now = timeAt(clientX)
        if (inside) show(from + now - start, to + now - start)
        else show(Math.min(start, now), Math.max(start, now))
      }
      follow(strip, move, () => {
        if (!moved && !inside && !whole) show(start - (to - from) / 2, start + (to - from) / 2)
      })
    })
  }
}

function follow(element: HTMLElement, move: (event: PointerEvent) => void, end: () => void): void {
  const stop = new AbortController()
  element.addEventListener("pointermove", move, { signal: stop.signal })
  for (const type of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(type, () => {
      stop.abort()
      end()
    }, { signal: stop.signal })
  }
}
