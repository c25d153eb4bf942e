/** The files that the type service sees: those of the build, which never change, and those of the program. */
import type ts from "typescript"
import type { ProgramText, TypeFiles } from "../types/type-messages.ts"

type Compiler = typeof ts

const PROGRAM = "/program/"
/** A file beside another; on any other path stands nothing that could be run. */
const BESIDE = /^\.\/[^/]+$/
const MANIFEST = /\/package\.json$/

export class TypeHost implements ts.LanguageServiceHost {
  readonly #ts: Compiler
  readonly #options: ts.CompilerOptions
  readonly #entries: readonly string[]
  readonly #files: ReadonlyMap<string, string>
  readonly #folders = new Set<string>(["/", "/program"])
  /** The name of a module for each entry. */
  readonly modules: readonly string[]
  readonly #resolutions: ts.ModuleResolutionCache
  #program = new Map<string, { readonly text: string; readonly version: number }>()
  #version = 0

  constructor(compiler: Compiler, { options, entries, files }: TypeFiles) {
    this.#ts = compiler
    const { options: converted, errors } = compiler.convertCompilerOptionsFromJson(options, "/")
    const [error] = errors
    if (error !== undefined) throw new Error(compiler.flattenDiagnosticMessageText(error.messageText, "\n"))
    this.#options = converted
    this.#resolutions = compiler.createModuleResolutionCache("/", (name) => name, converted)
    this.#entries = entries
    this.#files = new Map(Object.entries(files))
    for (const file of this.#files.keys()) for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) this.#folders.add(file.slice(0, at))
    this.modules = [...this.#files].filter(([file]) => MANIFEST.test(file)).flatMap(([, text]) => modulesIn(text))
  }

  /** Takes the program that is asked about; gives the path of its file. */
  take({ file, text, others }: ProgramText): string {
    const texts = new Map([...Object.entries(others), [file, text] as const].map(([name, one]) => [PROGRAM + name, one]))
    this.#program = new Map([...texts].map(([path, one]) => {
      const before = this.#program.get(path)
      return [path, before?.text === one ? before : { text: one, version: (this.#version += 1) }]
    }))
    return PROGRAM + file
  }

  getCompilationSettings(): ts.CompilerOptions {
    return this.#options
  }

  /** The entries are read also where nothing imports them yet: their names are offered. */
  getScriptFileNames(): string[] {
    return [...this.#program.keys(), ...this.#entries]
  }

  getScriptVersion(path: string): string {
    return String(this.#program.get(path)?.version ?? 0)
  }

  getScriptSnapshot(path: string): ts.IScriptSnapshot | undefined {
    const text = this.readFile(path)
    return text === undefined ? undefined : this.#ts.ScriptSnapshot.fromString(text)
  }

  resolveModuleNameLiterals(literals: readonly ts.StringLiteralLike[], from: string): readonly ts.ResolvedModuleWithFailedLookupLocations[] {
    const own = from.startsWith(PROGRAM)
    return literals.map(({ text }) => {
      if (own && !this.modules.includes(text) && !BESIDE.test(text)) return { resolvedModule: undefined }
      // Files of programs come and go.
      return this.#ts.resolveModuleName(text, from, this.#options, this, own ? undefined : this.#resolutions)
    })
  }

  getCurrentDirectory(): string {
    return "/program"
  }

  getDefaultLibFileName(): string {
    return "/lib/lib.es2024.d.ts"
  }

  useCaseSensitiveFileNames(): boolean {
    return true
  }

  fileExists(path: string): boolean {
    return this.#program.has(path) || this.#files.has(path)
  }

  readFile(path: string): string | undefined {
    return this.#program.get(path)?.text ?? this.#files.get(path)
  }

  directoryExists(path: string): boolean {
    return this.#folders.has(path.length > 1 ? path.replace(/\/$/, "") : path)
  }

  getDirectories(): string[] {
    return []
  }
}

function modulesIn(manifest: string): string[] {
  const { name, exports } = JSON.parse(manifest) as { name: string; exports: Record<string, unknown> } // as the build writes it
  return Object.keys(exports).map((one) => one.replace(".", name))
}
