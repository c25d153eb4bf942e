/** Every public operation that can be awaited, and why the other public functions are none. */
import * as asyncio from "asyncio-ts"
import { ALONE } from "./alone.ts"
import { LINES } from "./lines.ts"
import type { Operation } from "./stage.ts"

/** By what is called; what follows a comma tells the case. */
export const OPERATIONS: Readonly<Record<string, Operation>> = { ...LINES, ...ALONE }

/** Public functions and methods that are no wait, by the reason; `*` stands for any class. */
export const NO_WAIT: Readonly<Record<string, string>> = {
  "it tells something": `
    *.describe *.statistics *.toString allTasks CancelledError.madeFor captureCallGraph Condition.locked Context.entries
    Context.get Context.has ContextVar.get currentTask Event.isSet EventLoop.getDebug EventLoop.getExceptionHandler
    EventLoop.getTaskFactory EventLoop.isClosed EventLoop.isRunning EventLoop.time ExceptionGroup.split
    ExceptionGroup.subgroup formatCallGraph Future.cancelled Future.done Future.exception Future.getLoop Future.result
    getRunningLoop Handle.cancelled Handle.getContext isCoroutine isFuture Lock.locked printCallGraph Queue.empty Queue.full
    Queue.qsize Semaphore.locked Task.cancelling Task.getContext Task.getCoro Task.getName Task.getStack Task.printStack
    Timeout.expired Timeout.when TimerHandle.when`,
  "it changes something at once": `
    BoundedSemaphore.release Condition.notify Condition.notifyAll Condition.release Context.copyInto Context.delete
    Context.set ContextVar.reset ContextVar.set Event.clear Event.set EventLoop.callAt EventLoop.callExceptionHandler
    EventLoop.callLater EventLoop.callSoon EventLoop.callSoonThreadsafe EventLoop.close EventLoop.defaultExceptionHandler
    EventLoop.setDebug EventLoop.setExceptionHandler EventLoop.setTaskFactory Future.addDoneCallback Future.cancel
    Future.removeDoneCallback Future.setException Future.setResult Handle.cancel Handle.run Held.release Held[Symbol.dispose]
    Lock.release Queue.getNowait Queue.putNowait Queue.shutdown Queue.taskDone Semaphore.release Task.cancel
    Task.setException Task.setName Task.setResult Task.uncancel TaskGroup.cancel Timeout.reschedule TimerHandle.cancel`,
  "it runs what it is given, or makes something that does, without waiting": `Context.run Context.copy copyContext bind createEagerTaskFactory`,
  "it makes a Timeout: see Timeout.run": "timeout timeoutAt moveOnAfter",
  "it makes a Future: see Future.then": "EventLoop.createFuture",
  "it makes the tasks of half the cells": "eagerTaskFactory",
  "it takes a lock that nobody holds for longer than a turn, so it never suspends": "Barrier.reset Barrier.abort",
  "it runs a loop, so no task of that loop can await it": `
    EventLoop.runForever EventLoop.runUntilComplete EventLoop.start EventLoop.stop run Runner.close Runner.getLoop Runner.run
    Runner[Symbol.asyncDispose]`,
  "it belongs to the loop's own machinery": `
    EventLoop.becameQuiet EventLoop.ended EventLoop.inTurn EventLoop.rest EventLoop.resumes EventLoop.schedule
    EventLoop.scheduleAt EventLoop.shutDown`,
}

const wellKnown = new Set<unknown>(Reflect.ownKeys(Symbol).map((key) => Reflect.get(Symbol, key)))

/** A public function, or a method of a public class. */
export interface Exported {
  readonly name: string
  /** The same as the class says that declares it. */
  readonly declared: string
}

/** All functions that the package exports, and all methods of its classes, own and inherited. */
export function exported(): Exported[] {
  return Object.entries(asyncio).flatMap(([name, value]) => {
    if (typeof value !== "function") return []
    if (!isClass(value)) return [{ name, declared: name }]
    return [...methods(name, value), ...functionsOf(value).map((key) => ({ name: `${name}${key}`, declared: `${name}${key}` }))]
  })
}

function methods(name: string, own: { readonly prototype: object }): Exported[] {
  const found = new Map<string, Exported>()
  for (let proto = own.prototype; !isBuiltIn(proto); proto = Object.getPrototypeOf(proto) as object) {
    const { name: declarer } = proto.constructor
    for (const key of functionsOf(proto)) {
      if (key !== ".constructor" && !found.has(key)) found.set(key, { name: `${name}${key}`, declared: `${declarer}${key}` })
    }
  }
  return [...found.values()]
}

/** The names of an object's own functions, as they are written behind its own. */
function functionsOf(target: object): string[] {
  return Reflect.ownKeys(target).flatMap((key) => {
    if (typeof Object.getOwnPropertyDescriptor(target, key)?.value !== "function") return []
    if (typeof key === "string") return [`.${key}`]
    // Other symbols are the library's own, which no entry exports; instanceof calls nobody's code.
    if (key === Symbol.hasInstance || !wellKnown.has(key)) return []
    return [`[${(key.description ?? "").replace("nodejs.", "Symbol.")}]`] // Node 22 calls some by names of its own
  })
}

function isBuiltIn(proto: object): boolean {
  return /\[native code\]/.test(Function.prototype.toString.call(proto.constructor))
}

function isClass(value: object): value is { readonly prototype: object } {
  return Function.prototype.toString.call(value).startsWith("class")
}
