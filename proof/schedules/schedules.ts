import type { Random } from "../../test/support/random.ts"
import type { Attack } from "../proof.ts"
import type { Family } from "./family.ts"
import { barrier } from "./families/barrier.ts"
import { condition, stock } from "./families/condition.ts"
import { event } from "./families/event.ts"
import { group } from "./families/group.ts"
import { asCompleted, gather, race, shield, wait } from "./families/joins.ts"
import { lock, semaphore } from "./families/permits.ts"
import { queue } from "./families/queue.ts"
import { timeouts } from "./families/timeout.ts"
import { randomProgram } from "./random-program.ts"
import { tryPrograms, type Tried } from "./try-programs.ts"

/** What is used step by step. */
export const FAMILIES: readonly Family[] = [lock, semaphore, event, condition, stock, barrier, queue]

/** What makes a program of each family. */
export const MAKERS: Readonly<Record<string, (random: Random) => Tried>> = {
  ...Object.fromEntries(FAMILIES.map((family) => [family.name, (random: Random) => randomProgram(family, random)])),
  group,
  timeout: timeouts,
  gather,
  wait,
  "as-completed": asCompleted,
  shield,
  race,
}

/** Programs of a family under many schedules. @throws RangeError if there is no such family */
export function schedules(name: string): Attack {
  const make = MAKERS[name]
  if (make === undefined) throw new RangeError(`nothing makes programs of ${name}`)
  return (work) => tryPrograms(make, work)
}
