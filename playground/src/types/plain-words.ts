/** What TypeScript says, in a form for a small box, and for this page. */

/** What somebody hovers over is read in passing. */
const LONGEST = 1000
const SENTENCE = /^[^]*?[.!?:](?=\s|$)/
const LINK = /\{@link(?:code|plain)?\s+([^}\s|]+)(?:[\s|]+([^}]*))?\}/g
/** Node's types, and other libraries, are nothing that a program here can install. */
const ADVICE = / (?:Do you need to|Try `npm|Try changing) [^]*$/
const NO_MODULE = /^Cannot find (?:module or type declarations for side-effect import of|module|name) '([^'.][^']*)'/
/** Where declarations are is an affair of the build. */
const OWN_PATH = /"\/node_modules\/(asyncio-ts)\/(?:src|playground\/src\/library)\/(?:browser|(?:(?!browser)([\w-]+))(?:\/browser)?)"/g
const ALIAS = /^\(alias\) /
const ALIASED = /\n(?:import|export) [^\n]*$/

export function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}

/** The first sentence of a comment's text. */
export function firstSentence(text: string): string {
  const [paragraph = ""] = text.trim().split(/\n\s*\n/)
  const plain = paragraph.replaceAll(LINK, (_, target: string, words?: string) => (words === undefined || words === "" ? target : words)).replaceAll(/\s*\n\s*/g, " ")
  // What ends with a colon is followed by an example, which is left out.
  return cut((SENTENCE.exec(plain)?.[0] ?? plain).replace(/:$/, "."))
}

/** A declaration, as it stands where it is made. */
export function declarationText(code: string): string {
  const plain = ALIAS.test(code) ? code.replace(ALIAS, "").replace(ALIASED, "") : code
  return cut(withoutPaths(plain))
}

/** The module that is not there, of what is said of an import. */
export function missingModule(message: string): string | undefined {
  return NO_MODULE.exec(message)?.[1]
}

/** A mistake, without advice that leads nowhere in a browser. */
export function mistakeText(message: string): string {
  return cut(withoutPaths(message.replace(ADVICE, "")))
}

function withoutPaths(text: string): string {
  return text.replaceAll(OWN_PATH, (_, name: string, entry?: string) => JSON.stringify(entry === undefined ? name : `${name}/${entry}`))
}
