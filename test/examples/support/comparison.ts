/** Compares what a program wrote with what it is to write. */

/** A number of seconds, of the minutes that stand for some of them, or of times as fast. */
const TIME = /\d+(?:\.\d+)? ?(?:s|minutes|times)\b/g
/** In what is expected also a time that differs from machine to machine. Messages have such dots too. */
const EXPECTED_TIME = /(?:\d+(?:\.\d+)?|…) ?(?:s|minutes|times)\b/g
const ANY = "…"

/** How far the times of a run on a real clock may be from those expected, as a busy machine is late. */
const EARLY = 0.1
const LATE = { share: 0.5, seconds: 5 }

/** What is wrong with `actual`, if every text and every time has to be as expected. */
export function difference(expected: string, actual: string): string | undefined {
  return compare(expected, actual, (time, wanted) => time === wanted)
}

/** As `difference`, for a run in real time: its times may differ a little, and with them the bars of its pictures. */
export function realDifference(expected: string, actual: string): string | undefined {
  const promised = drawn(expected)
  return compare(promised, withoutStalls(promised, drawn(actual)), (time, wanted) => {
    const found = Number.parseFloat(time)
    const number = Number.parseFloat(wanted)
    // What is late is less often as fast; whichever of the two was late.
    if (wanted.endsWith("times")) return found <= number * 3 && found >= 1 + (number - 1) * 0.2
    return found >= number - EARLY && found <= number * (1 + LATE.share) + LATE.seconds
  })
}

/** Where a warning of a step that took long begins, its place being in the lines below it. */
const STEP = /^(?=AsyncioWarning: )/m
const LONG_STEP = /^AsyncioWarning: (task .*?) ran for .* without an await/
const PLACE = /\n +up to .*/

/** A machine that stands still makes any step a long one: such a warning that was not promised says nothing of the program. */
function withoutStalls(expected: string, actual: string): string {
  const promised = expected.split(STEP)
  let next = 0
  return actual
    .split(STEP)
    .filter((warning) => {
      const step = stepOf(warning)
      if (step === undefined) return true
      const at = promised.findIndex((other, index) => index >= next && stepOf(other) === step)
      if (at !== -1) next = at + 1
      return at !== -1
    })
    .join("")
}

function stepOf(warning: string): string | undefined {
  const [, task] = LONG_STEP.exec(warning) ?? []
  return task === undefined ? undefined : `${task}${PLACE.exec(warning)?.[0] ?? ""}`
}

function compare(expected: string, actual: string, fits: (time: string, wanted: string) => boolean): string | undefined {
  const lines = expected.split("\n")
  const found = actual.split("\n")
  for (let at = 0; at < Math.max(lines.length, found.length); at += 1) {
    const wanted = lines[at]
    const line = found[at]
    if (wanted !== undefined && line !== undefined && isSame(wanted, line, fits)) continue
    return `line ${at + 1} is ${JSON.stringify(line) ?? "missing"}, not ${JSON.stringify(wanted) ?? "there"}, of:\n${actual}`
  }
  return undefined
}

function isSame(wanted: string, line: string, fits: (time: string, wanted: string) => boolean): boolean {
  const times = wanted.match(EXPECTED_TIME) ?? []
  const found = line.match(TIME) ?? []
  if (wanted.split(EXPECTED_TIME).join("\0") !== line.split(TIME).join("\0")) return false
  return times.every((time, index) => time.startsWith(ANY) || fits(found[index] ?? "", time))
}

/** With every bar as one sign, without the axis and what its signs mean; on a busy machine what is ready waits longer, and is drawn. */
function drawn(text: string): string {
  return text
    .replaceAll(/^[─█▄┃·] [a-z ]+(?: {2}[─█▄┃·] [a-z ]+)*$/gm, "signs")
    .replaceAll(/^ *0 s [ \d.]*\n *├[─┼]*┤?$/gm, "axis")
    .replaceAll(/[─█▄┃·]+(?: +[─█▄┃·]+)*/g, "─")
    .replaceAll(/ {2,}/g, " ")
}
