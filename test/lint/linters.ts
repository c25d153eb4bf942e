/** The linters, from the packages of `npm run check`. */
import { spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { describe, it } from "node:test"
import type { LintPlugin } from "asyncio-ts/eslint-plugin"
import type { Rule } from "#src/lint/rule.ts"

export const root = join(import.meta.dirname, "../..")
const folder = join(root, "tools/check")
// JavaScript, which has no types here.
const { install } = (await import(new URL("../../tools/install.mjs", import.meta.url).href)) as { install: (folder: string) => void }
install(folder)
const require = createRequire(join(folder, "package.json"))

/** As far as the tests use ESLint; its own types are not installed where the tests are compiled. */
export interface Eslint {
  readonly RuleTester: { new (config: object): RuleTester; describe: typeof describe; it: typeof it; itOnly: typeof it.only }
  readonly Linter: new (options: { cwd: string }) => { verify(text: string, config: readonly object[], options: { filename: string }): Finding[] }
}
export interface RuleTester {
  run(name: string, rule: Rule, tests: { valid: readonly (string | object)[]; invalid: readonly object[] }): void
}
export interface Finding {
  readonly line: number
  readonly ruleId: string | null
  readonly messageId?: string
  readonly message: string
  readonly suggestions?: readonly { readonly desc: string; readonly fix: { readonly range: [number, number]; readonly text: string } }[]
}

export const { RuleTester, Linter } = require("eslint") as Eslint // what the package exports
RuleTester.describe = describe
RuleTester.it = it
RuleTester.itOnly = it.only
export const parser = require("@typescript-eslint/parser") as object

/** What ESLint finds in a program with the recommended configuration. */
export function lint(text: string, plugin: LintPlugin, file = join(root, "program.ts"), languageOptions: object = {}): Finding[] {
  const config = [{ files: ["**/*.ts"], ...plugin.configs.recommended, languageOptions: { parser, ...languageOptions }, linterOptions: { reportUnusedDisableDirectives: "off" } }]
  return new Linter({ cwd: dirname(file) }).verify(text, config, { filename: file })
}

/** Runs oxlint in a folder. */
export function oxlint(cwd: string, ...args: string[]): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  const program = join(folder, "node_modules/oxlint/bin/oxlint")
  return spawnSync(process.execPath, [program, ...args], { cwd, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "--conditions=asyncio-ts:source" } })
}

/** A program that a rule accepts, or one that it reports: the messages in order, each with what its suggestions make of the program. */
export interface Wrong {
  readonly code: string
  readonly options?: readonly object[]
  readonly errors: readonly { readonly messageId: string; readonly suggestions?: readonly { readonly messageId: string; readonly output: string }[] }[]
}

/** One message, and each suggestion's id with the program that it makes. */
export function wrong(code: string, messageId: string, suggestions: Readonly<Record<string, string>> = {}, options?: object): Wrong {
  const list = Object.entries(suggestions).map(([id, output]) => ({ messageId: id, output }))
  return { code, errors: [list.length === 0 ? { messageId } : { messageId, suggestions: list }], ...(options === undefined ? {} : { options: [options] }) }
}

export function right(code: string, options: object): { readonly code: string; readonly options: readonly object[] } {
  return { code, options: [options] }
}

/** The programs of the rules are TypeScript modules. */
export function tester(): RuleTester {
  return new RuleTester({ languageOptions: { parser } })
}
