/**
 * What Node tells of a program that is checked.
 */
import { format } from "node:util"

import { watchBlockingCalls } from "./blocking-calls.ts"
import type { Witness } from "./witness.ts"

export const nodeWitness: Witness = {
  text: (given) => format(...given),
  watchWarnings(warned) {
    const heard = ({ code, message }: Error & { readonly code?: string }): void => warned({ code: code ?? "", message })
    process.on("warning", heard)
    return async () => {
      // Warnings are told in a later turn of the host.
      await new Promise((resolve) => setImmediate(resolve))
      process.off("warning", heard)
    }
  },
  watchBlockingCalls,
}
