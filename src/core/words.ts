/** Numbers in words, for whoever reads what a task waits for. */

/** A time such as `412 ms`, `3.1 s`, `42 s`, `3 min 5 s` or `2 h 10 min`. */
export function span(seconds: number, digits = 1): string {
  if (seconds < 0.9995) return `${Math.max(0, Math.round(seconds * 1000))} ms`
  if (seconds < 10) return `${seconds.toFixed(digits)} s`
  const whole = Math.round(seconds)
  if (whole < 120) return `${whole} s`
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** Such as `4th in line`. */
export function inLine(place: number): string {
  const last = place % 100 > 10 && place % 100 < 14 ? 0 : place % 10
  return `${place}${["th", "st", "nd", "rd"][last] ?? "th"} in line`
}

/** What somebody named, such as `lock 'db'`. */
export function named(what: string, name: string): string {
  return name === "" ? what : `${what} '${name}'`
}
