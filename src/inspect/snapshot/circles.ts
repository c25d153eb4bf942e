/**
 * Circles in a graph of numbers. Nothing here calls itself: a chain may be ten thousand long.
 */

/** The sets of nodes that can all reach each other; a single one only if it leads to itself. Tarjan's algorithm. */
export function stronglyConnected(nodes: readonly number[], next: (node: number) => readonly number[]): number[][] {
  const found: number[][] = []
  const index = new Map<number, number>()
  const low = new Map<number, number>()
  const open: number[] = []
  const isOpen = new Set<number>()
  for (const root of nodes) {
    if (index.has(root)) continue
    const path: { readonly node: number; readonly next: readonly number[]; at: number }[] = []
    const enter = (node: number): void => {
      index.set(node, index.size)
      low.set(node, index.size - 1)
      open.push(node)
      isOpen.add(node)
      path.push({ node, next: next(node), at: 0 })
    }
    enter(root)
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const to = step.next[step.at]
      step.at += 1
      if (to === undefined) {
        path.pop()
        const above = path.at(-1)
        if (above !== undefined) lower(low, above.node, low.get(step.node))
        if (low.get(step.node) !== index.get(step.node)) continue
        const members = open.splice(open.lastIndexOf(step.node))
        for (const member of members) isOpen.delete(member)
        if (members.length > 1 || step.next.includes(step.node)) found.push(members)
      } else if (!index.has(to)) enter(to)
      else if (isOpen.has(to)) lower(low, step.node, index.get(to))
    }
  }
  return found
}

function lower(low: Map<number, number>, node: number, to: number | undefined): void {
  if (to !== undefined && to < (low.get(node) ?? Infinity)) low.set(node, to)
}

/** So many nodes are looked at for a shortest circle; one is found in any case. */
const MOST = 20_000

/** A circle through `nodes`, each of which leads to another of them: the shortest, unless they are very many. */
export function shortestCircle(nodes: readonly number[], next: (node: number) => readonly number[]): number[] {
  let shortest: number[] = []
  let left = MOST
  for (const start of nodes) {
    const { circle, seen } = circleFrom(start, next, shortest.length === 0 ? Infinity : shortest.length)
    if (circle !== undefined) shortest = circle
    left -= seen
    if (shortest.length === 1 || left <= 0) break
  }
  return shortest
}

/** By breadth; none unless it is shorter than `than`. */
function circleFrom(start: number, next: (node: number) => readonly number[], than: number): { circle: number[] | undefined; seen: number } {
  const cameFrom = new Map<number, number>()
  let layer = [start]
  for (let length = 1; length < than && layer.length > 0; length += 1) {
    const following: number[] = []
    for (const node of layer) {
      for (const to of next(node)) {
        if (to === start) return { circle: pathTo(node, start, cameFrom), seen: cameFrom.size + 1 }
        if (cameFrom.has(to)) continue
        cameFrom.set(to, node)
        following.push(to)
      }
    }
    layer = following
  }
  return { circle: undefined, seen: cameFrom.size + 1 }
}

function pathTo(node: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [node]
  for (let at = node; at !== start; path.push(at)) at = cameFrom.get(at) ?? start
  return path.reverse()
}
