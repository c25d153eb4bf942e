/**
 * Why a long file of tests, that shows nothing else on another version, is left to the project's own Node.
 * `npm test` may take six minutes on each of them.
 */
export const olderNode: string | false = Number(process.versions.node.split(".")[0]) < 26 && "runs on the project's own Node"

/** The same for one that `npm run test:system` runs, since `npm test` has no room for it. */
export const longTest: string | false = process.env["TEST_SYSTEM"] === "1" ? olderNode : "long: with TEST_SYSTEM=1"
