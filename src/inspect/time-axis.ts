/**
 * Round figures along a stretch of time, and seconds as people write them.
 */

export interface Tick {
  /** Seconds from the beginning of the axis. */
  readonly at: number
  readonly label: string
}

const STEPS = [1, 2, 5] as const

/**
 * Marks from 0 to `length` seconds, at most `most` of them, at a round distance.
 *
 * @param most - at least 2
 */
export function ticks(length: number, most: number): Tick[] {
  const scale = scaleOf(length)
  if (!(length > 0)) return [{ at: 0, label: `0 ${scale.unit}` }]
  const step = roundUp(length / (most - 1))
  const digits = Math.max(0, -Math.floor(Math.log10(step * scale.factor) + 1e-9))
  const marks: Tick[] = []
  for (let n = 0; n * step <= length * (1 + 1e-9); n += 1) {
    const figure = (n * step * scale.factor).toFixed(digits)
    marks.push({ at: n * step, label: n === 0 ? `0 ${scale.unit}` : figure })
  }
  return marks
}

/** A duration in seconds with two or three figures: `12.3 s`, `0.52 s`, `14 ms`, `80 µs`. */
export function duration(seconds: number): string {
  if (seconds >= 100) return `${seconds.toFixed(0)} s`
  if (seconds >= 10) return `${seconds.toFixed(1)} s`
  if (seconds >= 0.1) return `${seconds.toFixed(2)} s`
  if (seconds >= 0.000_95) return `${(seconds * 1000).toFixed(seconds < 0.009_95 ? 1 : 0)} ms`
  return `${(seconds * 1e6).toFixed(0)} µs`
}

function scaleOf(length: number): { unit: string; factor: number } {
  if (length >= 1 || length === 0) return { unit: "s", factor: 1 }
  return length >= 0.001 ? { unit: "ms", factor: 1000 } : { unit: "µs", factor: 1e6 }
}

/** The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is not below `least`. */
function roundUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const step = STEPS.find((step) => step * power >= least * (1 - 1e-9))
  return step === undefined ? 10 * power : step * power
}
