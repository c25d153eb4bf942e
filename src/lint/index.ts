/**
 * Rules for ESLint and oxlint.
 *
 * @module
 */
export { plugin as default } from "./plugin.ts" // oxlint-disable-line import/no-default-export -- where linters look for it
export type { LintPlugin, LintRule } from "./plugin.ts"
