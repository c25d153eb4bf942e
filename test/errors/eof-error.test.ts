import assert from "node:assert/strict"
import { it } from "node:test"

import { EOFError } from "#src/errors/eof-error.ts"

it("an EOFError has its name and code, and keeps its message", () => {
  const error = new EOFError("the standard input has ended")
  assert.deepEqual([error.name, error.code, error.message], ["EOFError", "ERR_EOF", "the standard input has ended"])
  assert.ok(error instanceof EOFError && error instanceof Error)
})
