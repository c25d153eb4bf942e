/** From TypeScript to a module that a browser runs, each line where it was. */
import { javascriptLanguage, typescriptLanguage } from "@codemirror/lang-javascript"
import { transform } from "sucrase"

/** A mistake that keeps a program from being run at all. */
export class ProgramError extends Error {
  override readonly name: string
  readonly line: number

  constructor(name: string, message: string, line: number) {
    super(message)
    this.name = name
    this.line = line
  }
}

/**
 * @param addressOf - the full address of a module that may be imported; undefined for others
 * @throws ProgramError for what is no TypeScript, and for an import that nobody can give.
 */
export function stripTypes(source: string, addressOf: (specifier: string) => string | undefined, known: readonly string[]): string {
  let code: string
  try {
    code = transform(source, { transforms: ["typescript"], disableESTransforms: true, preserveDynamicImport: true }).code
  } catch (error) {
    throw syntaxError(error)
  }
  const changes: { from: number; to: number; text: string }[] = []
  javascriptLanguage.parser.parse(code).iterate({
    enter({ name, from, to, node }) {
      if (name !== "String" || !isSpecifier(node.parent?.name, node.prevSibling?.name)) return
      const specifier = code.slice(from + 1, to - 1)
      const address = addressOf(specifier)
      if (address === undefined) {
        const line = code.slice(0, from).split("\n").length
        throw new ProgramError("ImportError", `${specifier} is not to be had in a browser; here a program imports ${known.join(", ")}`, line)
      }
      changes.push({ from, to, text: JSON.stringify(address) })
    },
  })
  return changes.reduceRight((text, { from, to, text: address }) => text.slice(0, from) + address + text.slice(to), code)
}

function isSpecifier(parent: string | undefined, before: string | undefined): boolean {
  if (parent === "DynamicImport") return true
  return before === "from" || (parent === "ImportDeclaration" && before === "import")
}

function syntaxError(error: unknown): ProgramError {
  const { message, loc } = error as { message: string; loc?: { line: number } } // what sucrase throws
  const text = message.replace(/^Error transforming [^:]*: /, "").replace(/ \(\d+:\d+\)$/, "")
  return new ProgramError("SyntaxError", text, loc?.line ?? Number(/\((\d+):\d+\)$/.exec(message)?.[1] ?? 1))
}

/** The first line that the editor's parser does not understand, for a syntax error that the engine tells without a line. */
export function firstMistake(source: string): number | undefined {
  let at: number | undefined
  typescriptLanguage.parser.parse(source).iterate({
    enter({ type, from }) {
      if (type.isError) at ??= from
    },
  })
  return at === undefined ? undefined : source.slice(0, at).split("\n").length
}
