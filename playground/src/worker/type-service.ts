/** TypeScript's own service on a program, its files and the declarations of what it may import. It knows of nothing else. */
import type ts from "typescript"
import { cut, declarationText, firstSentence, missingModule, mistakeText } from "../types/plain-words.ts"
import type { Answers, Mistake, ProgramText, Question, TypeFiles } from "../types/type-messages.ts"
import { isOffered, offerOf } from "./offers.ts"
import { TypeHost } from "./type-host.ts"

type Compiler = typeof ts

/** More than anybody reads. */
const MOST_MISTAKES = 200
/** Codes of grammar begin here, those of types behind. */
const GRAMMAR = 1000
const TYPES = 2000
/** Of grammar too by their number: what Node would not strip, and types that are imported as values. Neither stops a program here. */
const RUNS = new Set([1294, 1371, 1484, 1485])
const TYPE_IMPORT = /(?:^|\n)\s*(?:import|export) type\b[^\n]*$/

export class TypeService {
  readonly #ts: Compiler
  readonly #host: TypeHost
  readonly #known: readonly string[]
  #service: ts.LanguageService

  constructor(compiler: Compiler, files: TypeFiles) {
    this.#ts = compiler
    this.#host = new TypeHost(compiler, files)
    this.#known = this.#host.modules
    this.#service = compiler.createLanguageService(this.#host)
  }

  /** Undefined where there is nothing to say. */
  answer(question: Question): Answers[Question["kind"]] | undefined {
    const path = this.#host.take(question.program)
    try {
      switch (question.kind) {
        case "mistakes":
          return this.#mistakes(path)
        case "completions":
          return this.#completions(path, question.at, question.program)
        case "details":
          return this.#details(path, question.at, question.name, question.source)
        case "hover":
          return this.#hover(path, question.at)
        case "call":
          return this.#call(path, question.at)
      }
    } catch (error) {
      // What it has half done is not to be built upon.
      this.#service = this.#ts.createLanguageService(this.#host)
      throw error
    }
  }

  #mistakes(path: string): Answers["mistakes"] {
    const syntax = this.#service.getSyntacticDiagnostics(path)
    const semantics = this.#service.getSemanticDiagnostics(path)
    return [...syntax.map((found) => this.#mistake(found, true)), ...semantics.map((found) => this.#mistake(found, isGrammar(found.code)))].slice(0, MOST_MISTAKES)
  }

  #mistake({ start, length, messageText, file }: ts.Diagnostic, stops: boolean): Mistake {
    const from = start ?? 0
    const to = from + (length ?? 0)
    const message = this.#ts.flattenDiagnosticMessageText(messageText, "\n")
    const text = file?.text ?? ""
    const module = /["'`]/.test(text.charAt(from)) ? missingModule(message) : undefined
    if (module === undefined) return { from, to, message: mistakeText(message), stops }
    // What is imported as a type alone is left out before the program runs.
    return { from, to, message: `${cut(module)} is not to be had in a browser; here a program imports ${this.#known.join(", ")}`, stops: !TYPE_IMPORT.test(text.slice(0, from)) }
  }

  #completions(path: string, at: number, { text }: ProgramText): Answers["completions"] | undefined {
    const found = this.#service.getCompletionsAtPosition(path, at, { includeCompletionsForModuleExports: true, includeCompletionsWithInsertText: false })
    if (found === undefined) return undefined
    const offers = found.entries.filter((entry) => isOffered(entry, this.#known)).map(offerOf)
    const from = found.optionalReplacementSpan?.start ?? at - (/#?[\w$]*$/.exec(text.slice(0, at))?.[0].length ?? 0)
    return { from: Math.min(from, at), offers }
  }

  #details(path: string, at: number, name: string, source: string | undefined): Answers["details"] | undefined {
    const found = this.#service.getCompletionEntryDetails(path, at, name, { semicolons: this.#ts.SemicolonPreference.Remove }, source, { quotePreference: "double", includeCompletionsForModuleExports: true }, undefined)
    if (found === undefined) return undefined
    const changes = (source === undefined ? [] : (found.codeActions ?? [])).flatMap((action) => action.changes).filter(({ fileName }) => fileName === path)
    return { ...this.#described(found.displayParts, found.documentation), changes: changes.flatMap(({ textChanges }) => textChanges.map(({ span, newText }) => ({ from: span.start, to: span.start + span.length, text: newText }))) }
  }

  #hover(path: string, at: number): Answers["hover"] | undefined {
    const found = this.#service.getQuickInfoAtPosition(path, at)
    if (found === undefined) return undefined
    const { start, length } = found.textSpan
    return { ...this.#described(found.displayParts, found.documentation), from: start, to: start + length }
  }

  #call(path: string, at: number): Answers["call"] | undefined {
    const found = this.#service.getSignatureHelpItems(path, at, undefined)
    const item = found?.items[found.selectedItemIndex]
    if (found === undefined || item === undefined) return undefined
    const write = (parts: readonly ts.SymbolDisplayPart[]): string => this.#ts.displayPartsToString([...parts])
    const parameters = item.parameters.map(({ displayParts }) => write(displayParts))
    const separator = write(item.separatorDisplayParts)
    const last = item.isVariadic ? parameters.length - 1 : found.argumentIndex
    const index = Math.min(found.argumentIndex, last)
    const before = parameters.slice(0, index).map((one) => one + separator)
    const after = parameters.slice(index + 1).map((one) => separator + one)
    return {
      from: found.applicableSpan.start,
      before: cut(write(item.prefixDisplayParts) + before.join("")),
      parameter: cut(parameters[index] ?? ""),
      after: cut(after.join("") + write(item.suffixDisplayParts)),
      text: firstSentence(write(item.parameters[index]?.documentation ?? []) || write(item.documentation)),
    }
  }

  #described(code: readonly ts.SymbolDisplayPart[] | undefined, words: readonly ts.SymbolDisplayPart[] | undefined): { code: string; text: string } {
    const write = (parts: readonly ts.SymbolDisplayPart[] | undefined): string => this.#ts.displayPartsToString(parts === undefined ? [] : [...parts])
    return { code: declarationText(write(code)), text: firstSentence(write(words)) }
  }
}

function isGrammar(code: number): boolean {
  return code >= GRAMMAR && code < TYPES && !RUNS.has(code)
}
