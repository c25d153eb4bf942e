/** Run on other hosts: prints the hashes of the programs from SEED on, COUNT of them. */
import { hashes } from "./determinism.ts"

const [, , seed, size] = process.argv
const all = await hashes({ seed: Number(seed), size: Number(size), signal: new AbortController().signal, progress: () => {} })
console.log(all.join("\n"))
