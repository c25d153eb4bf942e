/**
 * The host of the library in the playground: a browser's, where Stop is what Ctrl-C is in a
 * terminal, and what nobody handled is written into the output.
 */
import { followAwait } from "../../../src/core/follow-await.ts"
import { browserHost } from "../../../src/host/browser.ts"
import { installHost } from "../../../src/host/host.ts"

/** Where what nobody handled is told. */
export interface Teller {
  warn(text: string): void
  report(text: string, error: unknown): void
}

const interruptions = new Set<() => void>()

/** The first host stays, so this comes before any entry of the library is loaded. */
export function installPlaygroundHost(teller: Teller): void {
  installHost({
    ...browserHost,
    defineThen: followAwait,
    // As Node writes it.
    warn: (message) => teller.warn(`AsyncioWarning: ${message}`),
    report: (text, error) => teller.report(text, error),
    onInterrupt(callback) {
      interruptions.add(callback)
      return () => void interruptions.delete(callback)
    },
  })
}

/** Gives whether anybody was there to be interrupted. */
export function interrupt(): boolean {
  const all = [...interruptions]
  for (const callback of all) callback()
  return all.length > 0
}
