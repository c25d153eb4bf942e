/** Every public operation that can be awaited, and why the other public functions are none. */
import * as asyncio from "asyncio-ts"
import { ALONE } from "./alone.ts"
import { LINES } from "./lines.ts"
import type { Operation } from "./stage.ts"
import { STREAMS } from "./streams.ts"

/** By what is called; what follows a comma tells the case. */
export const OPERATIONS: Readonly<Record<string, Operation>> = { ...LINES, ...ALONE, ...STREAMS }

/** Public functions and methods that are no wait, by the reason; `*` stands for any class. */
export const NO_WAIT: Readonly<Record<string, string>> = {
  "it tells something": `
    *.describe *.getExtraInfo *.statistics *.toString allTasks CancelledError.madeFor captureCallGraph Condition.locked
    Context.entries Context.get Context.has ContextVar.get currentTask Event.isSet EventLoop.getDebug
    EventLoop.getExceptionHandler EventLoop.getTaskFactory EventLoop.isClosed EventLoop.isRunning EventLoop.time
    ExceptionGroup.split ExceptionGroup.subgroup files.concurrency formatCallGraph Future.cancelled Future.done
    Future.exception Future.getLoop Future.result getRunningLoop Handle.cancelled Handle.getContext isCoroutine isFuture
    Lock.locked printCallGraph Queue.empty Queue.full Queue.qsize Semaphore.locked Server.getLoop Server.isServing stdin
    StreamReader.atEof StreamReader.exception StreamWriter.canWriteEof StreamWriter.isClosing Task.cancelling
    Task.getContext Task.getCoro Task.getName Task.getStack Task.printStack Timeout.expired Timeout.when TimerHandle.when
    TransportSocket.getpeername TransportSocket.getsockname`,
  "it changes something at once": `
    BoundedSemaphore.release Condition.notify Condition.notifyAll Condition.release Context.copyInto Context.delete
    Context.set ContextVar.reset ContextVar.set DatagramEndpoint.close Event.clear Event.set EventLoop.addSignalHandler
    EventLoop.callAt EventLoop.callExceptionHandler EventLoop.callLater EventLoop.callSoon EventLoop.callSoonThreadsafe
    EventLoop.close EventLoop.defaultExceptionHandler EventLoop.removeSignalHandler EventLoop.setDebug
    EventLoop.setDefaultExecutor EventLoop.setExceptionHandler EventLoop.setTaskFactory files.setConcurrency Future.addDoneCallback Future.cancel
    Future.removeDoneCallback Future.setException Future.setResult Handle.cancel Handle.run Held.release
    Held[Symbol.dispose] Lock.release Queue.getNowait Queue.putNowait Queue.shutdown Queue.taskDone Semaphore.release
    Server.abortClients Server.close Server.closeClients StreamReader.feedData StreamReader.feedEof
    StreamReader.setException StreamReader.setTransport StreamWriter.close StreamWriter.write StreamWriter.writeEof
    StreamWriter.writeLines subprocess.Process.kill subprocess.Process.sendSignal subprocess.Process.terminate
    Task.cancel Task.setException Task.setName Task.setResult Task.uncancel TaskGroup.cancel Timeout.reschedule
    TimerHandle.cancel`,
  "it runs what it is given, or makes something that does, without waiting": `Context.run Context.copy copyContext bind createEagerTaskFactory`,
  "it makes a Timeout: see Timeout.run": "timeout timeoutAt moveOnAfter",
  "it makes a Future: see Future.then": "EventLoop.createFuture",
  "it makes a Future of a job: see Future.then, and test/executors/loop-executors.test.ts": "EventLoop.runInExecutor",
  "it makes the tasks of half the cells": "eagerTaskFactory",
  "it makes what does the waiting: see ReadableChunks.next, and test/io/to-readable.test.ts": "fromReadable toReadable",
  "it never suspends": "EventLoop.connectReadPipe EventLoop.connectWritePipe",
  "it takes a lock that nobody holds for longer than a turn, so it never suspends": "Barrier.reset Barrier.abort",
  "it runs a loop, so no task of that loop can await it": `
    EventLoop.runForever EventLoop.runUntilComplete EventLoop.start EventLoop.stop run Runner.close Runner.getLoop Runner.run
    Runner[Symbol.asyncDispose]`,
  "it closes, and waits as waitClosed does": `
    DatagramEndpoint[Symbol.asyncDispose] ReadableChunks.return ReadableChunks[Symbol.asyncDispose] Server[Symbol.asyncDispose]
    StreamWriter[Symbol.asyncDispose]`,
  "a transport calls it": `
    *.connectionMade *.connectionLost *.pauseWriting *.resumeWriting *.dataReceived *.eofReceived *.datagramReceived
    *.errorReceived *.pipeDataReceived *.pipeConnectionLost *.processExited`,
  "the host finishes it: see test/io/streams.test.ts": "openConnection openUnixConnection startServer startUnixServer",
  "the host finishes it: see test/io/create-connection.test.ts": "EventLoop.createConnection EventLoop.createUnixConnection",
  "the host finishes it: see test/io/server.test.ts": "EventLoop.createServer EventLoop.createUnixServer Server.startServing",
  "nothing but its cancellation ends it: see test/io/server.test.ts": "Server.serveForever",
  "the host finishes it: see test/io/tls.test.ts": "EventLoop.startTls EventLoop.connectAcceptedSocket StreamWriter.startTls",
  "the host finishes it: see test/io/create-datagram-endpoint.test.ts": "EventLoop.createDatagramEndpoint openDatagramEndpoint",
  "the host finishes it: see test/io/datagram-endpoint.test.ts": `
    DatagramEndpoint.receive DatagramEndpoint.send DatagramEndpoint.waitClosed DatagramEndpoint[Symbol.asyncIterator]`,
  "the host finishes it: see test/io/getaddrinfo.test.ts": "EventLoop.getaddrinfo EventLoop.getnameinfo",
  "the host finishes it: see test/io/sendfile.test.ts": "EventLoop.sendfile",
  "the host finishes it: see test/io/create-subprocess.test.ts": `
    createSubprocessExec createSubprocessShell EventLoop.subprocessExec EventLoop.subprocessShell`,
  "the host finishes it: see test/io/process.test.ts": `
    subprocess.Process.communicate subprocess.Process.wait subprocess.Process[Symbol.asyncDispose]`,
  "the host finishes it: see test/io/input.test.ts": "input",
  "the host finishes it: see test/io/files/read-file.test.ts": "files.read files.readText",
  "the host finishes it: see test/io/files/write-file.test.ts": "files.append files.write",
  "the host finishes it: see test/io/files/file-entries.test.ts": `
    files.copy files.exists files.list files.makeDirectories files.remove files.rename files.stat`,
  "the host finishes it: see test/io/files/open-file.test.ts": "files.open",
  "the host finishes it: see test/io/files/lines.test.ts": "files.lines",
  "the host finishes it: see test/io/files/remove-tree.test.ts": "files.removeTree",
  "the host finishes it: see test/io/files/temporary-directory.test.ts": "files.temporaryDirectory",
  "the host finishes it: see test/io/files/walk.test.ts": "files.walk",
  "the host finishes it: see test/io/files/watch.test.ts": "files.watch",
  "a thread finishes it: see test/executors/to-thread.test.ts": "toThread",
  "threads finish it: see test/executors/default-executor.test.ts": "EventLoop.shutdownDefaultExecutor",
  "it belongs to the machinery of loops, transports and servers": `
    *.extra EventLoop.becameQuiet EventLoop.ended EventLoop.inTurn EventLoop.rest EventLoop.resumes EventLoop.schedule
    EventLoop.scheduleAt EventLoop.shutDown EventLoop.timeOf EventLoop.userTimers Server.abandon Server.closed Server.opened StreamReaderProtocol.replaceTransport`,
}

const wellKnown = new Set<unknown>(Reflect.ownKeys(Symbol).map((key) => Reflect.get(Symbol, key)))

/** A public function, or a method of a public class. */
export interface Exported {
  readonly name: string
  /** The same as the class says that declares it. */
  readonly declared: string
}

/** All functions that the package exports, also in namespaces, and all methods of its classes, own and inherited. */
export function exported(): Exported[] {
  return exportedBy(asyncio, "")
}

function exportedBy(module: object, prefix: string): Exported[] {
  return Object.entries(module).flatMap(([key, value]: [string, unknown]) => {
    const name = `${prefix}${key}`
    if (Object.prototype.toString.call(value) === "[object Module]") return exportedBy(value as object, `${name}.`) // as the line says
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
