/** What `console.log` writes, as a terminal with Node would show it. */
import { inColumns } from "./list-columns.ts"

/** So many levels of a value are shown, so many entries of each, and so many letters in a line. */
const DEEP = 2
const MANY = 100
const WIDE = 80
/** What a line has besides its entries, as Node reckons. */
const FRAME = 10
/** A value with more levels than this in its last entry takes several lines, however short. */
const LEVELS = 3
/** Longer lists are set in columns. */
const LIST = 6
const NAME = /^[A-Za-z_$][\w$]*$/

/** @param shownStack - the stack of an error in the program's own lines */
export function consoleText(values: readonly unknown[], shownStack: (error: Error) => string): string {
  /** The level that was shown last. */
  let level = 0
  const [first, ...others] = values
  const rest = [...others]
  const begin =
    typeof first === "string" && others.length > 0
      ? first.replace(/%[sdifjoO%]/g, (sign) => {
          if (sign === "%%") return "%"
          return rest.length === 0 ? sign : filled(sign, rest.shift())
        })
      : first
  const all = values.length === 0 ? [] : [begin, ...rest]
  return all.map((value) => (typeof value === "string" ? value : shown(value, 0, []))).join(" ")

  function filled(sign: string, value: unknown): string {
    if (sign === "%s") return typeof value === "string" ? value : shown(value, DEEP, [])
    if (sign === "%d" || sign === "%f") return String(Number(value))
    if (sign === "%i") return String(Math.trunc(Number(value)))
    if (sign === "%j") return JSON.stringify(value)
    return shown(value, 0, [])
  }

  function shown(value: unknown, depth: number, above: readonly object[]): string {
    if (typeof value === "string") return quoted(value)
    if (typeof value === "bigint") return `${value}n`
    if (Object.is(value, -0)) return "-0"
    if (typeof value === "function") return value.name === "" ? "[Function (anonymous)]" : `[${/^class\b/.test(String(value)) ? "class" : "Function:"} ${value.name}]`
    if (typeof value !== "object" || value === null) return String(value)
    if (above.includes(value)) return "[Circular *1]"
    if (value instanceof Error) return depth === 0 ? shownStack(value) : `[${shownStack(value)}]`
    if (value instanceof Date) return value.toISOString()
    if (value instanceof RegExp) return String(value)
    if (hasOwnWords(value)) return String(value)
    return composed(value, depth, [...above, value])
  }

  function composed(value: object, depth: number, above: readonly object[]): string {
    const inner = (one: unknown): string => shown(one, depth + 1, above)
    const name = (Object.getPrototypeOf(value) as { readonly constructor?: Function } | null)?.constructor?.name ?? "[Object: null prototype]"
    // What is empty takes no more room than a word for it.
    if (depth > DEEP && Object.keys(value).length === 0 && (name === "Object" || name === "Array")) return name === "Object" ? "{}" : "[]"
    if (depth > DEEP) return Array.isArray(value) ? "[Array]" : `[${name}]`
    level = depth
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      const items = [...(value as Iterable<unknown>)] // arrays and typed arrays are iterated
      const texts = items.slice(0, MANY).map(inner)
      const more = items.length > MANY ? [`... ${items.length - MANY} more item${items.length === MANY + 1 ? "" : "s"}`] : []
      const grouped = texts.length + more.length > LIST ? inColumns(texts, items.every((one) => typeof one === "number" || typeof one === "bigint"), WIDE - 2 * depth) : texts
      return framed(Array.isArray(value) && name === "Array" ? "[" : `${name}(${items.length}) [`, [...grouped, ...more], "]", depth, grouped !== texts)
    }
    if (value instanceof Map) return framed(`Map(${value.size}) {`, [...value].map(([key, one]) => `${inner(key)} => ${inner(one)}`), "}", depth)
    if (value instanceof Set) return framed(`Set(${value.size}) {`, [...value].map(inner), "}", depth)
    if (value instanceof Promise) return "Promise { … }"
    const entries = Object.entries(value).map(([key, one]) => `${NAME.test(key) ? key : quoted(key)}: ${inner(one)}`)
    return framed(name === "Object" ? "{" : `${name} {`, entries, "}", depth)
  }

  function framed(open: string, parts: readonly string[], close: string, depth: number, inLines = false): string {
    if (parts.length === 0) return `${open}${close}`
    const length = parts.reduce((sum, part) => sum + part.length + 2, 2 * depth + open.length + FRAME)
    if (!inLines && level - depth < LEVELS && length <= WIDE && !parts.some((part) => part.includes("\n"))) return `${open} ${parts.join(", ")} ${close}`
    const indent = "  ".repeat(depth)
    return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(",\n")}\n${indent}${close}`
  }
}

/** Objects of the library say what they are. */
function hasOwnWords(value: object): boolean {
  const { toString } = value as { toString?: unknown } // any object may have one
  return typeof toString === "function" && toString !== Object.prototype.toString && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Promise)
}

function quoted(text: string): string {
  const sign = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes("`") ? "`" : "'"
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t")
  return `${sign}${sign === "'" ? escaped.replaceAll("'", "\\'") : escaped}${sign}`
}
