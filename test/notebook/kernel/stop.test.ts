/** A notebook's Stop button, which is a signal to the kernel. */
import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { needs } from "../../support/needs.ts"
import { runCells, type Cell, type Output } from "./deno-kernel.ts"
import { pictureIn } from "./notebook-file.ts"

const IMPORTS = 'import * as asyncio from "asyncio-ts"\nimport { timeline } from "asyncio-ts/notebook"'

describe("Stop, in Deno's kernel", { skip: needs("jupyter-run", "jupyter-client") }, () => {
  it("cancels what the cell awaits, which cleans up, and no other task", async () => {
    const [, stopped, after] = await run(
      { code: IMPORTS },
      {
        code: `const other = asyncio.createTask(asyncio.sleep(3600), { name: "other" })
          const work = asyncio.coroutine("work", async () => {
            try { console.log("begun"); await asyncio.sleep(3600) } finally { console.log("cleaned up") }
          })
          await work()`,
        stopAt: "begun",
      },
      { code: "other.done()" },
    )
    assert.deepEqual(stopped, ["begun\ncleaned up\n", "CancelledError: cancelled by Stop"])
    assert.match(String(after), /false/)
  })

  it("cancels a task that the cell awaits, and the program of a run, and shows the timeline until then", async () => {
    const [, , awaited, ran, drawn, after] = await run(
      { code: IMPORTS },
      { code: `const nap = asyncio.createTask(asyncio.sleep(3600), { name: "nap" })` },
      { code: 'console.log("begun"); await nap', stopAt: "begun" },
      { code: 'await asyncio.run(async () => { console.log("begun"); await asyncio.sleep(3600) })', stopAt: "begun" },
      { code: 'await timeline(async () => { console.log("begun"); await asyncio.sleep(3600) })', stopAt: "begun" },
      { code: "nap.cancelled()" },
    )
    assert.deepEqual(awaited, ["begun\n", "CancelledError: cancelled by Stop"])
    assert.deepEqual(ran, ["begun\n", "KeyboardInterrupt: interrupted by Ctrl-C"])
    assert.deepEqual(drawn, ["begun\n", "a picture", "CancelledError: cancelled by Stop"])
    assert.match(String(after), /true/)
  })
})

/** What each cell shows, in a word or two. */
async function run(...cells: Cell[]): Promise<string[][]> {
  const outputs = await runCells(cells)
  assert.equal(outputs.length, cells.length, "the kernel died")
  return outputs.map((shown) => shown.map(brief))
}

function brief(output: Output): string {
  if (output.output_type === "stream") return output.text
  if (output.output_type === "error") return `${output.ename}: ${output.evalue}`
  return pictureIn(output) !== undefined ? "a picture" : (output.data["text/plain"] ?? "")
}
