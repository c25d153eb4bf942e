import type { Random } from "../../test/support/random.ts"
import type { Family } from "./family.ts"
import { run, words, type Program } from "./program.ts"
import type { Tried } from "./try-programs.ts"

const MOST_TASKS = 4
const MOST_STEPS = 4

/** A few tasks with a few steps each, which may use only some of the operations. */
export function randomProgram(family: Family, random: Random): Tried {
  const all = family.operations.map((_, at) => at)
  const few = random.chance(50) ? all : all.filter(() => random.chance(60))
  const used = few.length === 0 ? all : few
  const scripts = Array.from({ length: 2 + random.below(MOST_TASKS - 1) }, () =>
    Array.from({ length: 1 + random.below(MOST_STEPS) }, () => random.pick(used)),
  )
  const program: Program = { family, variant: random.below(family.variants.length), scripts, mortal: scripts.map(() => random.chance(30)) }
  return { run: run(program), words: () => words(program) }
}
