/** The version of this package; a test compares it with package.json, which not every bundle can read. */
export const version = "0.1.0"
