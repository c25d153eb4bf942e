/** Times, figures and places as people read them. */

const NARROW = "\u202f"

/** With three figures and a unit: `1.24 s`, `12.3 ms`, `80 µs`. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds)
  if (size >= 3600) return `${Math.floor(seconds / 3600)}${NARROW}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}${NARROW}min`
  if (size >= 60) return `${Math.floor(seconds / 60)}${NARROW}min ${(seconds % 60).toFixed(0).padStart(2, "0")}${NARROW}s`
  if (size >= 0.9995) return `${three(seconds)}${NARROW}s`
  if (size >= 0.000_999_5) return `${three(seconds * 1e3)}${NARROW}ms`
  if (size >= 0.000_000_999_5) return `${three(seconds * 1e6)}${NARROW}µs`
  return size === 0 ? "0" : `${three(seconds * 1e9)}${NARROW}ns`
}

function three(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
}

/** A time on the page, as exact as `step` needs it. */
export function instant(seconds: number, step: number): string {
  const digits = Math.max(0, Math.min(9, -Math.floor(Math.log10(step) + 1e-9)))
  if (step >= 1 && seconds >= 60) {
    const minutes = Math.floor(Math.round(seconds) / 60)
    return `${minutes}:${String(Math.round(seconds) % 60).padStart(2, "0")}${NARROW}min`
  }
  if (seconds === 0 && digits === 0) return `0${NARROW}s`
  if (digits > 3 && seconds < 0.01) return `${(seconds * 1e6).toFixed(Math.max(0, digits - 6))}${NARROW}µs`
  if (digits > 0 && seconds < 1) return `${(seconds * 1e3).toFixed(Math.max(0, digits - 3))}${NARROW}ms`
  return `${seconds.toFixed(digits)}${NARROW}s`
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString("en")} ${value === 1 ? one : many}`
}

/** Of a whole, in percent. */
export function share(part: number, whole: number): string {
  if (!(whole > 0)) return "0 %"
  const percent = (part / whole) * 100
  return `${percent >= 9.95 ? percent.toFixed(0) : percent.toFixed(1)}${NARROW}%`
}

export interface Place {
  readonly function: string
  /** Such as `users.ts:7`. */
  readonly short: string
  readonly whole: string
}

/** Of `load (file:///shop/users.ts:7:11)`. */
export function placeOf(text: string): Place {
  const [, name = "", inside] = /^(.*?)\s*\(([^()]*)\)$/.exec(text) ?? []
  const whole = inside ?? text
  const [, file = whole, line] = /^(.*?)(?::(\d+))?(?::\d+)?$/.exec(whole) ?? []
  const base = file.split(/[\\/]/).at(-1) ?? file
  return { function: name, short: line === undefined ? base : `${base}:${line}`, whole }
}
