// node instrument.mjs FOLDER FILE...: puts every mutant that Stryker knows into the files, each behind
// a switch (the environment's __STRYKER_ACTIVE_MUTANT__), and prints what the mutants are.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Instrumenter } from "@stryker-mutator/instrumenter"

const [folder = ".", ...names] = process.argv.slice(2)
const silent = () => {}
const logger = { isDebugEnabled: () => false, debug: silent, info: silent, warn: console.error, error: console.error }
const sources = new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]))

const { files, mutants } = await new Instrumenter(logger).instrument(
  [...sources].map(([name, content]) => ({ name, content, mutate: true })),
  { plugins: null, excludedMutations: [], ignorers: [], noHeader: false },
)
for (const { name, content } of files) writeFileSync(join(folder, name), content)

const described = mutants.map(({ id, fileName: file, location: { start, end }, mutatorName: mutator, replacement }) => {
  const lines = (sources.get(file) ?? "").split("\n")
  const line = lines[start.line] ?? ""
  return {
    id,
    file,
    mutator,
    line: start.line + 1,
    text: line.trim(),
    // Where it is on its line is counted from the text, so that it stays where it is when the code moves.
    column: start.column - (line.length - line.trimStart().length),
    original: start.line === end.line ? line.slice(start.column, end.column) : `${line.slice(start.column)} …`,
    replacement: replacement.replaceAll(/\s+/g, " "),
  }
})
process.stdout.write(JSON.stringify(described))
