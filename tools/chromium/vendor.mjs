// Kept packages, in one bundle for the page: what the tests take from node:assert, node:events and node:util.
export { default as assert } from "assert"
export { EventEmitter } from "events"
export { inspect } from "node-inspect-extracted"
