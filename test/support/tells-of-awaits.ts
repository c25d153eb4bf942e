/**
 * Whether the engine tells where code awaits something of ours. Before Node 26 its stacks end in
 * `then`, and the place where the coroutine was made stands for it.
 */
const tells = Number(process.versions.node.split(".")[0]) >= 26

/** Options of a test that is about such a place; of those among `names` that need it. */
export function needsPlaceOfAwait(name?: string, names?: readonly string[]): { skip?: string } {
  const needed = names === undefined || names.includes(name ?? "")
  return tells || !needed ? {} : { skip: "the engine tells where code awaits from Node 26 on" }
}

export { tells as tellsOfAwaits }
