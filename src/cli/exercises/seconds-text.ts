/** Seconds of the virtual clock: with one decimal, or with as many as it takes. */
export function secondsText(seconds: number): string {
  const rounded = Math.round(seconds * 1000) / 1000
  return `${Number.isInteger(rounded * 10) ? rounded.toFixed(1) : rounded} s`
}
