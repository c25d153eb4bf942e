/**
 * Queries as tagged templates: each value becomes a parameter, so that no value is ever
 * taken for a part of the query.
 */
import { describe } from "../structures/arguments.ts"

/** A query with its parameters, made by `sql`. */
export class Sql {
  readonly #strings: readonly string[]
  readonly #values: readonly unknown[]

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.#strings = strings
    this.#values = values
  }

  /** The text, with `$1`, `$2`, … where the values were. */
  get text(): string {
    return this.#write([])
  }

  /** What stands for `$1`, `$2`, …; those of a query inside this one are among them. */
  get values(): readonly unknown[] {
    const values: unknown[] = []
    this.#write(values)
    return values
  }

  #write(values: unknown[]): string {
    let text = this.#strings[0] ?? ""
    for (const [i, value] of this.#values.entries()) {
      text += value instanceof Sql ? value.#write(values) : `$${values.push(value)}`
      text += this.#strings[i + 1] ?? ""
    }
    return text
  }
}

/**
 * A query as a template: what stands in `${…}` is sent as a parameter, except a query made
 * by `sql`, which becomes a part of this one.
 *
 * @example
 * ```ts
 * import { sql } from "asyncio-ts/postgres"
 *
 * const adult = sql`age >= ${18}`
 * const query = sql`SELECT name FROM users WHERE city = ${"Oslo"} AND ${adult}`
 * console.log(query.text) // -> SELECT name FROM users WHERE city = $1 AND age >= $2
 * console.log(query.values) // -> [ 'Oslo', 18 ]
 * ```
 */
export function sql(strings: TemplateStringsArray, ...values: unknown[]): Sql {
  return new Sql(strings, values)
}

/** What may be given as a query. */
export type Query = string | Sql

/** The text and parameters of what was given. @throws TypeError for what is no query. */
export function queryOf(query: Query, params: readonly unknown[], method: string): { text: string; values: readonly unknown[] } {
  if (typeof query === "string") return { text: query, values: params }
  if (!(query instanceof Sql)) throw new TypeError(`${method} takes a query as a string or sql\`…\`, not ${describe(query)}`)
  if (params.length > 0) throw new TypeError(`${method} was given sql\`…\`, which holds its parameters, and ${params.length} more: put them into the template`)
  return { text: query.text, values: query.values }
}

/** A query in one short line, for messages. */
export function shortly(text: string): string {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}
