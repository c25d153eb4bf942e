/** The notebooks of examples/notebook in a real kernel; UPDATE_NOTEBOOKS=1 stores what it shows. */
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { describe, it } from "node:test"
import { needs } from "../../support/needs.ts"
import { notebooks, runCells } from "./deno-kernel.ts"
import { comparable, NotebookFile } from "./notebook-file.ts"

const names = readdirSync(notebooks).filter((name) => name.endsWith(".ipynb"))

describe("the notebooks, in Deno's kernel", { skip: needs("jupyter-run", "jupyter-client") }, () => {
  for (const name of names) {
    it(`${name} shows below each cell what is stored in it`, async () => {
      const file = new NotebookFile(name)
      assert.equal(file.kernel, "deno")
      const shown = await runCells(file.cells)
      assert.equal(shown.length, file.cells.length, "the kernel died")
      for (const [at, { mayFail }] of file.cells.entries()) {
        assert.equal(shown[at]?.some(({ output_type: type }) => type === "error"), mayFail, `whether cell ${at + 1} fails: ${JSON.stringify(shown[at])}`)
      }
      if (process.env["UPDATE_NOTEBOOKS"] === "1") file.store(shown)
      for (const [at, { code, outputs }] of file.cells.entries()) assert.deepEqual(comparable(shown[at] ?? []), comparable(outputs), `cell ${at + 1}:\n${code}`)
    })
  }

  it("are there", () => {
    assert.deepEqual(names, ["first-steps.ipynb", "timeline.ipynb"])
  })
})
