import { Cookie, CookieJar } from "tough-cookie"
import { describe } from "../../structures/arguments.ts"

/** What can stand in a header, but for the semicolon. */
const VALUE = /^[\t\x20-\x3a\x3c-\x7e\x80-\xff]*$/

const RESERVED = /^(?:test|local|example)\.?$/

/** Cookies by their names, or a jar of the package tough-cookie. */
export type CookiesInput = Readonly<Record<string, string>> | CookieJar

/** The cookies of a client: those it was made with, and those that servers set. */
export class ClientCookies {
  readonly #always: readonly (readonly [string, string])[]
  #jar: CookieJar | null

  constructor(input: CookiesInput | undefined) {
    this.#jar = input instanceof CookieJar ? input : null
    this.#always = input === undefined || input instanceof CookieJar ? [] : cookiePairs(input)
  }

  get jar(): CookieJar {
    return (this.#jar ??= new CookieJar())
  }

  /**
   * The `cookie` header of a request; null for none.
   *
   * @param own - cookies of this request alone
   * @param elsewhere - whether a redirect led to another origin, which is none of those cookies' business
   */
  header(url: URL, own: readonly (readonly [string, string])[], elsewhere: boolean): string | null {
    if (this.#jar === null && this.#always.length === 0 && own.length === 0) return null
    const kept = this.#keptFor(url)
    // Of the jar two may have one name, of different paths: the server gets both, the closer one first.
    const [asked, always] = elsewhere ? [[], []] : [own, this.#always]
    const cookies = [...without(always, [...kept, ...asked]), ...without(kept, asked), ...asked]
    return cookies.length === 0 ? null : cookies.map(([name, value]) => `${name}=${value}`).join("; ")
  }

  #keptFor(url: URL): Pairs {
    try {
      return this.#jar?.getCookiesSync(url.href).map(({ key, value }) => [key, value] as const) ?? []
    } catch (error) {
      // The jar refuses hosts that are called `test`, `local` or `example`: it keeps no cookie of theirs either.
      if (RESERVED.test(url.hostname)) return []
      throw error
    }
  }

  /** Keeps what a response sets; cookies that are none of its server's are dropped. */
  keep(url: URL, lines: readonly string[]): void {
    for (const line of lines) this.jar.setCookieSync(line, url.href, { ignoreError: true })
  }
}

type Pairs = readonly (readonly [name: string, value: string])[]

/** Those cookies in whose place there is none of `others`. */
function without(cookies: Pairs, others: Pairs): Pairs {
  if (others.length === 0) return cookies
  const names = new Set(others.map(([name]) => name))
  return cookies.filter(([name]) => !names.has(name))
}

/** @throws TypeError for what is no cookie. */
export function cookiePairs(input: Readonly<Record<string, string>>): [string, string][] {
  if (typeof input !== "object" || input === null) throw new TypeError(`cookies are an object of names and values, not ${describe(input)}`)
  return Object.entries(input).map(([name, value]) => {
    const parsed = Cookie.parse(`${name}=${value}`)
    if (typeof value !== "string") throw new TypeError(`the cookie ${describe(name)} is text, but ${describe(value)} was given`)
    // The value may be a secret.
    if (parsed === undefined || parsed.key !== name || !VALUE.test(value)) {
      throw new TypeError(`${describe(name)} with what was given is no cookie: names and values are text in Latin-1 without ; and line ends; encode it`)
    }
    return [name, value]
  })
}
