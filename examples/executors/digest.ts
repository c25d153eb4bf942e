/** What the hybrid program computes of each text: it runs in a worker. */
import { createHash } from "node:crypto"

/** How a text is signed and how much of it there is. */
export interface Digest {
  readonly words: number
  readonly longest: string
  readonly signature: string
}

/** @param rounds - how often the signature is hashed again: the work */
export function digest(text: string, rounds: number): Digest {
  const words = text.split(/\s+/).filter((word) => word !== "")
  const longest = words.reduce((most, word) => (word.length > most.length ? word : most), "")
  let signature = text
  for (let round = 0; round < rounds; round += 1) signature = createHash("sha256").update(signature).digest("hex")
  return { words: words.length, longest, signature }
}
