/** The colours of the page can be read, in light and in dark. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it } from "node:test"

const STYLE = readFileSync(new URL("../../../viewer/style.css", import.meta.url), "utf8")
const LIGHT = colorsIn(":root")
const THEMES = { light: LIGHT, dark: { ...LIGHT, ...colorsIn('[data-theme="dark"]') } }
const WAITS = ["ready", "timer", "lock", "queue", "io", "task", "worker", "foreign", "other"]
const GROUNDS = ["ground", "raised", "stripe", "group", "hover", "chosen"]

/** What is written on what. */
const TEXTS: readonly (readonly [text: string, ground: string])[] = [
  ...WAITS.map((wait) => ["on-wait", wait] as const),
  ...(["running", "blocked", "collection"] as const).map((bar) => [`on-${bar}`, bar] as const),
  ...GROUNDS.flatMap((ground) => [["text", ground], ["quiet", ground]] as const),
  ...["text", "quiet"].map((text) => [text, "track"] as const),
  ...["ground", "raised", "hover"].map((ground) => ["accent", ground] as const),
  ["text", "idle"],
  ["text", "left"],
]
/** Lines and signs that mean something. */
const SIGNS = ["path", "wake", "await", "cancel", "failed", "running", "blocked", "collection", "accent", "found"]

for (const [theme, colors] of Object.entries(THEMES)) {
  describe(`in ${theme}`, () => {
    it("words have a contrast of at least 4.5 to what they stand on", () => {
      assert.deepEqual(TEXTS.filter(([text, ground]) => contrast(colors[text], colors[ground]) < 4.5).map(([text, ground]) => `${text} on ${ground}: ${contrast(colors[text], colors[ground]).toFixed(2)}`), [])
    })

    it("lines and signs have one of at least 3", () => {
      assert.deepEqual(SIGNS.filter((sign) => contrast(colors[sign], colors["ground"]) < 3), [])
    })
  })
}

function colorsIn(selector: string): Record<string, string> {
  const [, rules = ""] = STYLE.split(`${selector} {`)
  return Object.fromEntries([...(rules.split("}")[0] ?? "").matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", color = ""]) => [name, color]))
}

/** As WCAG 2.2 defines it. */
function contrast(a: string | undefined, b: string | undefined): number {
  assert.ok(a !== undefined && b !== undefined, "a colour is missing")
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
