/** The plugin that ESLint and oxlint load. */
import { noBlockingCall } from "./no-blocking-call.ts"
import { noForeignAwait } from "./no-foreign-await.ts"
import { noForgottenAwait } from "./no-forgotten-await.ts"
import { noSwallowedCancellation } from "./no-swallowed-cancellation.ts"
import type { Rule, Visitor } from "./rule.ts"

/** A rule as its users see it: each linter has types of its own for what it hands to rules. */
export interface LintRule {
  readonly meta: Rule["meta"]
  create(context: never): Visitor
}

/** What `asyncio-ts/eslint-plugin` gives: rules, and a configuration that switches all of them on. */
export interface LintPlugin {
  readonly meta: { readonly name: string; readonly namespace: string }
  readonly rules: Record<string, LintRule>
  readonly configs: {
    /** For `eslint.config.js`: `export default [asyncio.configs.recommended]`. */
    readonly recommended: {
      readonly name: string
      readonly plugins: Record<string, Pick<LintPlugin, "meta" | "rules">>
      readonly rules: Record<string, "error" | "warn">
    }
  }
}

const rules: Record<string, LintRule> = {
  "no-blocking-call": noBlockingCall,
  "no-foreign-await": noForeignAwait,
  "no-forgotten-await": noForgottenAwait,
  "no-swallowed-cancellation": noSwallowedCancellation,
}

/**
 * Rules for ESLint and oxlint that find what goes wrong with coroutines: a forgotten `await`, a
 * call that blocks the loop, a swallowed cancellation, an await that nothing can interrupt.
 *
 * @example
 * ```ts
 * import asyncio from "asyncio-ts/eslint-plugin"
 *
 * export default [asyncio.configs.recommended] // eslint.config.js
 * console.log(Object.keys(asyncio.rules).length) // -> 4
 * ```
 */
export const plugin: LintPlugin = {
  meta: { name: "asyncio-ts", namespace: "asyncio-ts" },
  rules,
  configs: {
    get recommended() {
      return {
        name: "asyncio-ts/recommended",
        plugins: { "asyncio-ts": plugin },
        // What the others find is a defect; a promise that cannot be interrupted may be short, or meant.
        rules: Object.fromEntries(Object.entries(rules).map(([name, { meta }]) => [`asyncio-ts/${name}`, meta.type === "problem" ? ("error" as const) : ("warn" as const)])),
      }
    },
  },
}
