/**
 * The weather dashboard: ten cities, asked in turn, together, in a group, and when one fails.
 *
 *     npm start
 */
console.log("Ten cities, a weather service on this machine, and four ways to ask it.")

const { start } = await import("./dashboard.ts")
process.exitCode = await start()

export {}
