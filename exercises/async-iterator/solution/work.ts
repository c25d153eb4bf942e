import type { Coroutine } from "asyncio-ts"

export interface Sensor {
  /** The next reading, in a second. */
  read(): Coroutine<number>
  close(): Coroutine<void>
}

export async function* readings(sensor: Sensor): AsyncGenerator<number> {
  try {
    for (;;) yield await sensor.read()
  } finally {
    await sensor.close()
  }
}
