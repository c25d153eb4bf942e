import * as asyncio from "asyncio-ts"

import { at, type SyncOps } from "../environment.ts"

/** Context variables and contexts, beyond `var_set` and `var_get`. */
export const contexts = {
  var_push(env, [, slot, value]) {
    env.tokens[slot] = env.variable.set(value)
    return undefined
  },
  var_pop(env, [, slot]) {
    const token = env.tokens[slot] ?? null
    if (token === null) return ["none"]
    env.variable.reset(token)
    return undefined
  },
  ctx_copy(env, [, c]) {
    env.contexts[c] = asyncio.copyContext()
    return undefined
  },
  ctx_get(env, [, c]) {
    const context = at(env.contexts, c)
    return ["value", context.has(env.variable), context.get(env.variable) ?? "unset"]
  },
  ctx_run(env, [, c, op]) {
    at(env.contexts, c).run(() => void env.sync("context", op))
    return undefined
  },
} satisfies Partial<SyncOps>
