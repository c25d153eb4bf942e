/**
 * The connections of a client: how many there may be, and who gets the next.
 */
import { hostOperation } from "../../core/host-operation.ts"
import type { Coroutine } from "../../core/coroutine.ts"
import { host as platform } from "../../host/host.ts"
import type { Connection } from "./connection.ts"
import { CloseError, PoolTimeout, type FailedRequest } from "./errors.ts"
import { Line, OPEN, type Place, type Waiter } from "./pool-line.ts"

export interface PoolLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerHost: number
  readonly maxKeepaliveConnections: number
}

/**
 * Invariants: connections and leaves to open one are together never more than the limit;
 * while somebody waits who could be given a place, nobody else gets it.
 */
export class Pool {
  readonly #limits: PoolLimits
  readonly #lines = new Map<string, Line>()
  /** Connections that carry nothing, the one longest idle first. */
  readonly #idle = new Set<Connection>()
  /** Those whose sockets are not closed yet, also if they do not count any more. */
  readonly #alive = new Set<Connection>()
  #open = 0
  #opening = 0
  #waiting = 0
  #order = 0
  #trimming = false
  #closed = false
  #whenEmpty: (() => void) | null = null

  constructor(limits: PoolLimits) {
    this.#limits = limits
  }

  get closed(): boolean {
    return this.#closed
  }

  get statistics(): { connections: number; idle: number; connecting: number; waiting: number } {
    return { connections: this.#open, idle: this.#idle.size, connecting: this.#opening, waiting: this.#waiting }
  }

  /** A connection that is open and may carry one more, or null. */
  idle(key: string): Connection | null {
    const line = this.#lines.get(key)
    return line === undefined || this.#closed ? null : this.#takeOpen(line)
  }

  /** A place that is free now, or null. */
  take(key: string, multiplexed: boolean): Place | null {
    return this.#takeFor(this.#line(key, multiplexed))
  }

  /** Waits in line for a place. @throws PoolTimeout after `seconds`. */
  wait(key: string, multiplexed: boolean, seconds: number | null, request: FailedRequest): Coroutine<Place> {
    return hostOperation<Place>({
      name: "wait for a connection",
      detail: request.url.host,
      says: () => `a free connection to ${request.url.host}, ${this.#waiting} in line`,
      on: this,
      discard: (place) => this.#giveBack(key, place),
      start: (done) => {
        const line = this.#line(key, multiplexed)
        // An await begins a microtask later: one may have become free meanwhile.
        const place = this.#takeFor(line)
        if (place !== null) {
          done.returned(place)
          return undefined
        }
        const leave = (): void => {
          platform.clearTimer(timer)
          if (line.waiting.delete(waiter)) this.#waiting -= 1
          this.#forget(key, line)
        }
        const late = (): void => {
          leave()
          const { maxConnections, maxConnectionsPerHost } = this.#limits
          const limits = Number.isFinite(maxConnectionsPerHost) ? `${maxConnections}, ${maxConnectionsPerHost} for each host` : maxConnections
          done.failed(new PoolTimeout(`no connection became free within ${seconds} s (timeout.pool); at most ${limits} are open (limits)`, { request }))
        }
        const timer = seconds === null ? undefined : platform.setTimer(seconds, late)
        const waiter: Waiter = {
          order: (this.#order += 1),
          request,
          done: {
            returned(place) {
              platform.clearTimer(timer)
              done.returned(place)
            },
            failed(error) {
              platform.clearTimer(timer)
              done.failed(error)
            },
          },
        }
        line.waiting.add(waiter)
        this.#waiting += 1
        return leave
      },
    })
  }

  /** Turns leave to open a connection into one, which carries a request already. */
  opened(connection: Connection): void {
    const line = this.#line(connection.key, false)
    line.opening -= 1
    this.#opening -= 1
    this.#open += 1
    line.all.add(connection)
    this.#alive.add(connection)
    line.multiplexed = connection.capacity > 1
    connection.running = 1
    if (connection.capacity > 1) line.free.push(connection)
    if (this.#closed) connection.close()
    this.#serve()
  }

  /** Gives leave to open a connection back. */
  failed(key: string): void {
    this.#line(key, false).opening -= 1
    this.#opening -= 1
    this.#forget(key)
    this.#serve()
    this.#tellEmpty()
  }

  /** A request has left its connection. */
  release(connection: Connection): void {
    connection.running -= 1
    if (!connection.usable || this.#closed) {
      if (connection.running === 0) {
        connection.close()
        this.#lose(connection)
      }
      return
    }
    const line = this.#line(connection.key, false)
    if (!line.all.has(connection)) return
    if (connection.capacity === 1 || !line.free.includes(connection)) line.free.push(connection)
    if (connection.running === 0) {
      this.#idle.add(connection)
      this.#trimLater()
    }
    this.#serve()
  }

  /** A connection has been closed, by whomever. */
  gone(connection: Connection): void {
    this.#alive.delete(connection)
    this.#lose(connection)
    this.#tellEmpty()
  }

  /** Closes every connection; calls `closed` when the last is closed. */
  close(closed: () => void): void {
    this.#closed = true
    for (const line of this.#lines.values()) {
      for (const { done, request } of line.waiting) done.failed(new CloseError("the client was closed", { request }))
      this.#waiting -= line.waiting.size
      line.waiting.clear()
      for (const connection of line.all) connection.close()
    }
    this.#whenEmpty = closed
    this.#tellEmpty()
  }

  #tellEmpty(): void {
    if (this.#whenEmpty === null || this.#alive.size > 0 || this.#opening > 0) return
    this.#whenEmpty()
    this.#whenEmpty = null
  }

  #takeOpen(line: Line): Connection | null {
    for (let connection = line.free.at(-1); connection !== undefined; connection = line.free.at(-1)) {
      if (!connection.usable) {
        line.free.pop()
        this.#idle.delete(connection)
        if (connection.running === 0) this.#drop(connection)
        continue
      }
      connection.running += 1
      this.#idle.delete(connection)
      if (connection.running >= connection.capacity) line.free.pop()
      return connection
    }
    return null
  }

  #takeFor(line: Line): Place | null {
    const open = this.#takeOpen(line)
    if (open !== null) return open
    if (line.multiplexed && line.opening > 0) return null
    const { maxConnections, maxConnectionsPerHost } = this.#limits
    if (line.all.size + line.opening >= maxConnectionsPerHost) return null
    if (this.#open + this.#opening >= maxConnections) {
      const [longest] = this.#idle
      if (longest === undefined) return null
      this.#drop(longest)
    }
    line.opening += 1
    this.#opening += 1
    return OPEN
  }

  /** Closes a connection that carries nothing; it counts no more from here on. */
  #drop(connection: Connection): void {
    this.#remove(connection)
    connection.close()
  }

  #giveBack(key: string, place: Place): void {
    if (place === OPEN) this.failed(key)
    else this.release(place)
  }

  /** Gives those in line what there is, in the order in which they came. */
  #serve(): void {
    while (this.#waiting > 0) {
      let first: Waiter | undefined
      let place: Place | null = null
      const heads: [Line, Waiter][] = []
      for (const line of this.#lines.values()) {
        const [head] = line.waiting
        if (head !== undefined) heads.push([line, head])
      }
      heads.sort(([, a], [, b]) => a.order - b.order)
      for (const [line, head] of heads) {
        place = this.#takeFor(line)
        if (place === null) continue
        first = head
        line.waiting.delete(head)
        this.#waiting -= 1
        break
      }
      if (first === undefined || place === null) return
      first.done.returned(place)
    }
  }

  #lose(connection: Connection): void {
    if (this.#remove(connection)) this.#serve()
  }

  /** A connection counts no more; false if it did not before. */
  #remove(connection: Connection): boolean {
    const line = this.#lines.get(connection.key)
    if (line === undefined || !line.all.delete(connection)) return false
    this.#open -= 1
    const at = line.free.indexOf(connection)
    if (at !== -1) line.free.splice(at, 1)
    this.#idle.delete(connection)
    this.#forget(connection.key, line)
    return true
  }

  // Not at once: of many requests that end together, most are followed by another.
  #trimLater(): void {
    if (this.#trimming || this.#idle.size <= this.#limits.maxKeepaliveConnections) return
    this.#trimming = true
    platform.macrotask(() => {
      this.#trimming = false
      for (const connection of this.#idle) {
        if (this.#idle.size <= this.#limits.maxKeepaliveConnections) break
        this.#drop(connection)
      }
    })
  }

  #line(key: string, multiplexed: boolean): Line {
    let line = this.#lines.get(key)
    if (line === undefined) {
      line = new Line(multiplexed)
      this.#lines.set(key, line)
    }
    return line
  }

  #forget(key: string, line = this.#lines.get(key)): void {
    if (line?.empty) this.#lines.delete(key)
  }
}
