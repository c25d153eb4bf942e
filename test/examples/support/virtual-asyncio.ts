/** What the lessons import as `asyncio-ts` in tests: the same, but programs run on virtual time. */
export * from "asyncio-ts"
export { runVirtual as run } from "asyncio-ts/testing"
