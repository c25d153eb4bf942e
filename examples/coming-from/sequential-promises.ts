/** One await after the other takes the sum; begun earlier, the second error has nobody to hear it. */
const sleep = (seconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, seconds * 1000))

async function fetchPart(name: string, seconds: number): Promise<string> {
  await sleep(seconds)
  return name
}

let from = Date.now()
const page = [await fetchPart("head", 1), await fetchPart("body", 2), await fetchPart("foot", 1)]
console.log(`${page.join(", ")}: ${((Date.now() - from) / 1000).toFixed(1)} s, one after the other`)

from = Date.now()
const begun = [fetchPart("head", 1), fetchPart("body", 2), fetchPart("foot", 1)]
const parts = [await begun[0], await begun[1], await begun[2]]
console.log(`${parts.join(", ")}: ${((Date.now() - from) / 1000).toFixed(1)} s, but if body fails while head is awaited, the process ends`)
