import { at, type SyncOps, type TaskOps } from "../environment.ts"
import { UserError } from "../outcome.ts"

export const futures = {
  fut_result(env, [, i, value]) {
    at(env.futures, i).setResult(value)
    return undefined
  },
  fut_error(env, [, i, code]) {
    at(env.futures, i).setException(new UserError(code))
    return undefined
  },
  fut_cancel: (env, [, i]) => ["value", at(env.futures, i).cancel()],
  fut_callback(env, [, i, tag]) {
    at(env.futures, i).addDoneCallback(() => env.log("callback", tag))
    return undefined
  },
  call_soon(env, [, op]) {
    env.loop.callSoon(() => void env.sync("callback", op))
    return undefined
  },
  call_later(env, [, ms, op]) {
    env.loop.callLater(ms / 1000, () => void env.sync("callback", op))
    return undefined
  },
} satisfies Partial<SyncOps>

export const futuresInTask = {
  async fut_await(env, scope, [, i]) {
    const value = await at(env.futures, i)
    env.log(scope.label, `fut_await ${i}`, ["value", value])
    return undefined
  },
} satisfies Partial<TaskOps>
