/**
 * What a new project is made of. The files in `template/` are those that a compiler and a linter
 * can check where they stand; those that would mean something to this package's own tools, or
 * that npm leaves out of packages, are written here.
 */
import { readFileSync } from "node:fs"

/** Read, with `{{name}}` for the name of the project. */
const FILES = ["AGENTS.md", "README.md", "src/main.ts", "src/prices.ts", "test/prices.test.ts", "tsconfig.json"]

/** What its tools need of npm: those that this package is tested with. */
const TOOLS = {
  "@types/node": "^26.6.6",
  "@typescript-eslint/parser": "^8.73.0",
  eslint: "^10.15.0",
  // The newest that the parser reads.
  typescript: "~6.0.3",
}

const ESLINT = `import typescript from "@typescript-eslint/parser"
import asyncio from "asyncio-ts/eslint-plugin"

export default [
  { ignores: ["node_modules/"] },
  { files: ["**/*.ts"], languageOptions: { parser: typescript, parserOptions: { projectService: true } } },
  asyncio.configs.recommended,
]
`

/** The files of a new project by their paths, in the order of their names. */
export function templateFiles(name: string, version: string): [path: string, text: string][] {
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=22.18" },
    scripts: {
      start: "asyncio-ts run src/main.ts",
      timeline: "asyncio-ts run --timeline src/main.ts",
      debug: "asyncio-ts run --debug src/main.ts",
      test: "node --test test/*.test.ts",
      check: "tsc",
      lint: "eslint --max-warnings 0",
    },
    dependencies: { "asyncio-ts": `^${version}` },
    devDependencies: TOOLS,
  }
  const folder = new URL("../../template/", import.meta.url)
  const read = FILES.map((path): [string, string] => [path, readFileSync(new URL(path, folder), "utf8").replaceAll("{{name}}", name)])
  const written: [string, string][] = [
    [".gitignore", "node_modules/\n*.rec\n"],
    ["eslint.config.mjs", ESLINT],
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
  ]
  return [...read, ...written].sort(([one], [other]) => (one < other ? -1 : 1))
}
