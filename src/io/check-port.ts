import { describe } from "../structures/arguments.ts"

/** @throws TypeError or RangeError unless `port` is a port; 0 stands for any that is free. */
export function checkPort(port: unknown): void {
  if (typeof port !== "number") throw new TypeError(`a port is a number from 0 to 65535, not ${describe(port)}`)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new RangeError(`a port is a whole number from 0 to 65535, not ${port}`)
}
