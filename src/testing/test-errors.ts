/** Why `runTest` failed a test whose own assertions did not. */
import { brand } from "../errors/brand.ts"

/** A test did not end in time; the message shows who waits for what. */
export class TestTimeoutError extends Error {
  declare readonly name: "TestTimeoutError"
  declare readonly code: "ERR_TEST_TIMEOUT"

  static {
    brand(this, "TestTimeoutError", "ERR_TEST_TIMEOUT")
  }
}

/** The loop of a test was told of an error that nobody handles; the first one is its `cause`. */
export class UnhandledError extends Error {
  declare readonly name: "UnhandledError"
  declare readonly code: "ERR_UNHANDLED"

  static {
    brand(this, "UnhandledError", "ERR_UNHANDLED")
  }
}
