import assert from "node:assert/strict"
import { describe, it } from "node:test"

// JavaScript, which has no types here.
const { withNames } = (await import(new URL("../../tools/bundle.mjs", import.meta.url).href)) as { withNames: (code: string, bundle: string) => string }

describe("a bundle", () => {
  it("calls functions and classes what src/ calls them, on stacks too", async () => {
    const { head, tail, Cup } = await load(`
      function head$1() { throw new Error("spilled") }
      const tail$1 = async () => head$1()
      let Cup$1 = class Cup {}
      const SIZE$1 = 7
      export { head$1 as head, tail$1 as tail, Cup$1 as Cup, SIZE$1 as SIZE }
    `)
    assert.deepEqual([head?.name, tail?.name, Cup?.name], ["head", "tail", "Cup"])
    await assert.rejects(async () => tail?.(), ({ stack }: Error) => /at head \(.*\n.*at tail \(/.test(stack ?? ""))
  })

  it("is left alone where all names are those of src/", () => {
    const code = "function head() {}\nexport { head }\n"
    assert.equal(withNames(code, "core.js"), code)
  })

  for (const inner of ["function head$1() {}", "const head$1 = () => {}", "let head$1; head$1 = function () {}", "return (head$1 = class {}) => head$1"]) {
    it(`is not made if it would have a wrong name at each call: ${inner}`, () => {
      assert.throws(() => withNames(`function pour() { ${inner} }`, "core.js"), { message: /^a function head within another is head\$1 in core\.js: .*rename one in src\/$/ })
    })
  }
})

async function load(code: string): Promise<Record<string, { readonly name: string; (): unknown }>> {
  return (await import(`data:text/javascript,${encodeURIComponent(withNames(code, "core.js"))}`)) as Record<string, { readonly name: string; (): unknown }> // what the code exports
}
