/** A long list in columns, as Node sets it: about as wide as two and a half times its height. */

const BETWEEN = 2
const HEIGHT = 2.5
const MOST = 12
/** Letters by which entries are taken to be shorter than the longest. */
const BIAS = 3

/**
 * @param numbers - whether all are, which are set to the right
 * @param room - letters in a line
 * @returns its lines; `texts` itself where it is not to be set in columns
 */
export function inColumns(texts: readonly string[], numbers: boolean, room: number): readonly string[] {
  const widest = Math.max(...texts.map(({ length }) => length))
  const total = texts.reduce((sum, { length }) => sum + length + BETWEEN, 0)
  const column = widest + BETWEEN
  if (column * 3 >= room || (total / column <= 5 && widest > 6)) return texts
  const usual = Math.max(column - BIAS - Math.sqrt(column - total / texts.length), 1)
  const count = Math.min(Math.round(Math.sqrt(HEIGHT * usual * texts.length) / usual), Math.floor(room / column), MOST)
  if (count <= 1) return texts
  const widths = Array.from({ length: count }, (_, at) => Math.max(...texts.filter((_text, index) => index % count === at).map(({ length }) => length)))
  const lines: string[] = []
  for (let from = 0; from < texts.length; from += count) {
    const row = texts.slice(from, from + count)
    const cells = row.map((text, at) => {
      const end = at === row.length - 1
      if (numbers) return `${text}${end ? "" : ", "}`.padStart((widths[at] ?? 0) + (end ? 0 : BETWEEN))
      return end ? text : `${text}, `.padEnd((widths[at] ?? 0) + BETWEEN)
    })
    lines.push(cells.join(""))
  }
  return lines
}
