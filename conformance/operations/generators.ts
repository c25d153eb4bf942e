import type { Env, Flow, Scope, TaskOps } from "../environment.ts"
import type { Body } from "../scenario.ts"

export const generatorsInTask = {
  async agen(env, scope, [, parts, take, each, last]) {
    const items = generate(env, scope, parts, last)
    try {
      for (;;) {
        const { done, value: item } = await items.next()
        if (done === true) return undefined
        env.log(scope.label, "item", ["value", item])
        const flow = await env.run(scope, each)
        if (flow !== undefined) return flow
        if (item + 1 === take) return undefined
      }
    } finally {
      // As `aclosing` does: an error of the generator's end is thrown instead of that of the loop.
      await items.return()
    }
  },
} satisfies Partial<TaskOps>

async function* generate(env: Env, scope: Scope, parts: readonly Body[], last: Body): AsyncGenerator<number, void> {
  try {
    for (const [k, body] of parts.entries()) {
      const flow: Flow = await env.run(scope, body)
      if (flow !== undefined) return
      yield k
      env.log(scope.label, "yielded", ["value", env.variable.get()])
    }
  } finally {
    env.log(scope.label, "closing")
    await env.run(scope, last)
  }
}
