import { checkFunction } from "../structures/arguments.ts"

/** @throws TypeError for what is no function, or one that gives more than one result. */
export function checkWork(fn: unknown, attempt: string): void {
  checkFunction(fn, `what ${attempt} runs`)
  if (!/GeneratorFunction\]$/.test(Object.prototype.toString.call(fn))) return
  const name = (fn as { readonly name: string }).name // a function's
  throw new TypeError(
    `${attempt} gives one result, but ${name === "" ? "this" : `'${name}'`} is a generator function: ` +
      `take its items with for await (const item of executor.stream(…)), or return a list`,
  )
}
