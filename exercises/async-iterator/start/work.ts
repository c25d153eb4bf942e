import type { Coroutine } from "asyncio-ts"

export interface Sensor {
  /** The next reading, in a second. */
  read(): Coroutine<number>
  close(): Coroutine<void>
}

export async function* readings(sensor: Sensor): AsyncGenerator<number> {
  for (let count = 0; count < 100; count += 1) yield await sensor.read()
  await sensor.close()
}
