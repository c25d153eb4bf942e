/**
 * Why a file of the learner's cannot be loaded, in one sentence.
 */
import { errorText } from "./judge-program.ts"

export function syntaxText(file: string, line: number | string | undefined, message: string): string {
  return `${file} has a syntax error${line === undefined ? "" : ` at line ${line}`}: ${message}`
}

/** Of what is no type and no JavaScript. */
export function unsupportedText(file: string, message: string): string {
  return `${file} uses a part of TypeScript that Node does not run: ${message}`
}

/** Of what it threw as it was loaded. */
export function thrownText(file: string, line: number | string | undefined, error: unknown): string {
  if (!(error instanceof Error)) return `${file} cannot be loaded: ${errorText(error)}`
  return `${file} fails as it is loaded${line === undefined ? "" : `, at line ${line}`}: ${errorText(error)}`
}
