/**
 * The rules for linters know by its name what gives coroutines: this compiles only if the list in
 * `src/lint/names.ts` has just what the exported types say. A name that is missing there, or one
 * too many, is in the error.
 */
import type * as asyncio from "asyncio-ts"
import type * as executors from "asyncio-ts/executors"
import type * as flow from "asyncio-ts/flow"
import type * as http from "asyncio-ts/http"
import type * as inspect from "asyncio-ts/inspect"
import type * as postgres from "asyncio-ts/postgres"
import type * as testing from "asyncio-ts/testing"
import type { COROUTINES, FUTURES, PROMISES, TASKS } from "#src/lint/names.ts"

type Listed = typeof COROUTINES

/** The name of what gives a coroutine when it is called, with `()` for what gives such a function. */
type Giver<Name extends string, T> = T extends (...given: never[]) => infer Result ? Gives<Name, Result> : never
type Gives<Name extends string, Result> = 0 extends 1 & Result // what may be anything
  ? never
  : [Result] extends [never]
    ? never
    : Result extends asyncio.Coroutine<unknown>
      ? Name
      : Result extends (...given: never[]) => infer Inner
        ? 0 extends 1 & Inner
          ? never
          : [Inner] extends [asyncio.Coroutine<unknown>]
            ? `${Name}()`
            : never
        : never

type Members<Name extends string, T> = { [Key in keyof T & string]: Giver<`${Name}${Key}`, T[Key]> }[keyof T & string]

/** A class is known by its prototype, also one that only the library may construct. */
type Given<Name extends string, T> = T extends (...given: never[]) => unknown
  ? Giver<Name, T>
  : T extends { readonly prototype: infer Instance }
    ? Exclude<Members<`${Name}#`, Instance>, ForTasks<`${Name}#`>>
    : Name extends "files" | "subprocess"
      ? Within<`${Name}.`, T>
      : never
type Within<Prefix extends string, T> = { [Key in keyof T & string]: Given<`${Prefix}${Key}`, T[Key]> }[keyof T & string]

/** What programs are given and do not name: their types alone are exported. */
interface Instances {
  "asyncio-ts": {
    AsyncFile: asyncio.AsyncFile
    EventIterator: asyncio.EventIterator<unknown>
    FileWatcher: asyncio.FileWatcher
    KeyStream: asyncio.KeyStream
    StandardInput: asyncio.StandardInput
    TemporaryDirectory: asyncio.TemporaryDirectory
  }
  "asyncio-ts/executors": {
    DeadLetters: executors.DeadLetters
    JobStream: executors.JobStream<unknown>
    PoolView: executors.PoolView
    QueueView: executors.QueueView
  }
  "asyncio-ts/http": { ResponseStream: http.ResponseStream }
}
type OfInstances<Entry> = Entry extends keyof Instances
  ? { [Name in keyof Instances[Entry] & string]: Members<`${Name}#`, Instances[Entry][Name]> }[keyof Instances[Entry] & string]
  : never

/** A task has been given its coroutine; nobody forgets that one. */
type ForTasks<Prefix extends string> = `${Prefix}getCoro`

interface Entries {
  "asyncio-ts": typeof asyncio
  "asyncio-ts/executors": typeof executors
  "asyncio-ts/flow": typeof flow
  "asyncio-ts/http": typeof http
  "asyncio-ts/postgres": typeof postgres
  "asyncio-ts/testing": typeof testing
}

type There<Entry extends keyof Entries> = Within<"", Entries[Entry]> | OfInstances<Entry>
type Names<Entry extends keyof Entries> = Listed[Entry][number]

/** Names that are there and not in the list, and the other way round; both are empty. */
type Differences = {
  [Entry in keyof Entries]: { missing: Exclude<There<Entry>, Names<Entry>>; tooMany: Exclude<Names<Entry>, There<Entry>> }
}
type Nothing = { [Entry in keyof Entries]: { missing: never; tooMany: never } }

export const inStep: Nothing = {} as unknown as Differences // compared as types alone

/** The names of what runs at once and tells its outcome later: futures, tasks, promises. */
type Later<Name extends string, T> = T extends (...given: never[]) => infer Result
  ? 0 extends 1 & Result
    ? never
    : [Result] extends [never]
      ? never
      : Result extends asyncio.Coroutine<unknown>
        ? never
        : Result extends PromiseLike<unknown>
          ? Name
          : never
  : never
type LaterMembers<Name extends string, T> = { [Key in keyof T & string]: Later<`${Name}${Key}`, T[Key]> }[keyof T & string]
type LaterIn<T> = {
  [Key in keyof T & string]: T[Key] extends (...given: never[]) => unknown
    ? Later<Key, T[Key]>
    : T[Key] extends { readonly prototype: infer Instance }
      ? LaterMembers<`${Key}#`, Instance>
      : never
}[keyof T & string]

type AllLater =
  | { [Entry in keyof Entries]: LaterIn<Entries[Entry]> }[keyof Entries]
  | LaterIn<typeof inspect>
  | LaterMembers<"PoolView#", executors.PoolView>
  | LaterMembers<"QueueView#", executors.QueueView>
/** Those that nobody can forget: the ways in which promises and iterators look at what they have, and what the host's own classes give. */
type NotForgotten =
  | `${string}#${"then" | "catch" | "finally" | "return"}`
  | `FastResponse#${string}`
  | "EventLoop#createFuture"
  | "TaskGroup#createTask"
  | "currentTask"
  | "eagerTaskFactory"
  | "fromEvent"
type ListedLater = (typeof FUTURES | typeof TASKS | typeof PROMISES)[number]

export const laterInStep: { missing: never; tooMany: never } = {} as unknown as {
  missing: Exclude<AllLater, ListedLater | NotForgotten>
  tooMany: Exclude<ListedLater, AllLater>
} // compared as types alone
