import assert from "node:assert/strict"
import { test } from "node:test"
import { audited, ofImports, ofLock, ofPackage } from "../../proof/security/dependencies.ts"

test("a package that installs another, or runs a script where it is installed, is found", () => {
  assert.equal(ofPackage({ dependencies: { left: "1" } }).length, 1)
  assert.equal(ofPackage({ optionalDependencies: { left: "1" } }).length, 1)
  assert.match(ofPackage({ scripts: { postinstall: "node x" } })[0] ?? "", /'postinstall'/)
  assert.match(ofPackage({ peerDependencies: { ws: "8" } })[0] ?? "", /not optional/)
  assert.deepEqual(ofPackage({ scripts: { prepack: "node x" }, peerDependencies: { ws: "8" }, peerDependenciesMeta: { ws: { optional: true } } }), [])
})

test("an import that the package does not declare is found; types, comments and the host's own are none", () => {
  const found = (text: string): number => ofImports({ name: "own", peerDependencies: { ws: "8", "@a/b": "1" } }, [["x.ts", text]]).length
  assert.deepEqual(['import left from "left"', 'import "left/side"', 'await import("@left/side")', 'export { a } from "left"'].map(found), [1, 1, 1, 1])
  assert.deepEqual(['import { a } from "ws"', 'import "@a/b/c"', 'import type { L } from "left"', 'import fs from "node:fs"', '/** import left from "left" */', 'import "./x.ts"', 'import "own"'].map(found), [0, 0, 0, 0, 0, 0, 0])
})

test("what is locked without a check sum is found", () => {
  assert.deepEqual(ofLock("l", [["a", { version: "1" }], ["b", { integrity: "sha512-x" }], ["c", { inBundle: true }], ["d", { optional: true }]]), ["l has no check sum of a"])
})

test("a registry that does not answer has not said that nothing is weak", () => {
  assert.deepEqual(audited("l", ""), { weaknesses: [], refused: "the registry does not answer audits (no answer)" })
  assert.match(audited("l", '{"error":{"summary":"404"}}').refused ?? "", /404/)
  assert.deepEqual(audited("l", '{"vulnerabilities":{}}'), { weaknesses: [] })
  assert.deepEqual(audited("l", '{"vulnerabilities":{"left":{"severity":"high"}}}').weaknesses, ["l: left has a known weakness (high); see npm audit"])
})
