/**
 * Python's asyncio for TypeScript.
 *
 * @module
 */
import { whileDebugging } from "./core/debug.ts"
import { installFakeTimersClock } from "./core/fake-timers-clock.ts"
import { codePlaces } from "./core/place-of-line.ts"
import { installExecutorMethods } from "./executors/loop-executors.ts"
import { installHost } from "./host/host.ts"
import { nodeHost, variable } from "./host/node.ts"
import { agents } from "./inspect/agent.ts"
import { installNodeAgent } from "./inspect/agent-node.ts"
import { watchDebugMode } from "./inspect/debug-mode.ts"
import { functionPlace } from "./inspect/function-location-node.ts"
import { takeLines } from "./inspect/take-lines.ts"
import { installLoopMethods } from "./io/loop-methods.ts"
import { installPrimitiveWords } from "./sync/primitive-words.ts"
// Declarations leave out imports of values; these bring the methods' types.
import "./executors/loop-executors.ts" // oxlint-disable-line import/no-unassigned-import -- for its types
import "./io/loop-methods.ts" // oxlint-disable-line import/no-unassigned-import -- for its types

installHost(nodeHost)
whileDebugging(watchDebugMode)
// Node 26 is the first that tells of awaits of what is no promise of its own.
if (variable("ASYNCIO_TS_LINES") !== "0") takeLines(Number(process.versions.node.split(".")[0]) >= 26)
codePlaces.find = functionPlace
installPrimitiveWords()
installFakeTimersClock()
installLoopMethods()
installExecutorMethods()
installNodeAgent()
const inspect = variable("ASYNCIO_TS_INSPECT") ?? ""
// The first copy of this library in the process answers for all.
if (inspect !== "" && inspect !== "0" && agents().length === 1) void import("./inspect/attach/serve-inspector-node.ts").then(({ serveAsAsked }) => serveAsAsked(inspect))

export { Context, ContextVar, copyContext, Token } from "./core/context-var.ts"
export { bind } from "./core/bind.ts"
export { Coroutine } from "./core/coroutine.ts"
export { coroutine } from "./core/body-coroutine.ts"
export type { Clock } from "./core/clock.ts"
export { EventLoop, type CallbackOptions, type ExceptionHandler, type TaskFactory } from "./core/event-loop.ts"
export { Future, type FutureOptions } from "./core/future.ts"
export { Handle, TimerHandle } from "./core/handle.ts"
export {
  allTasks,
  createTask,
  currentTask,
  ensureFuture,
  getRunningLoop,
  isCoroutine,
  isFuture,
  runCoroutineThreadsafe,
  type AwaitableValue,
  type CreateTaskOptions,
} from "./core/running.ts"
export type { ExceptionContext } from "./core/scheduler.ts"
export { Task, type Startable, type TaskOptions } from "./core/task.ts"
export { waitReason, type WaitWords, type WaitWordsGiven } from "./core/wait-words.ts"
export { wrapFuture } from "./core/wrap-future.ts"
export { captureCallGraph, formatCallGraph, printCallGraph, type CallGraphOptions, type FutureCallGraph } from "./tasks/call-graph.ts"
export type { StackEntry } from "./core/stack.ts"
export { CancelledError } from "./errors/cancelled-error.ts"
export { EOFError } from "./errors/eof-error.ts"
export { ExceptionGroup } from "./errors/exception-group.ts"
export { KeyboardInterrupt } from "./errors/keyboard-interrupt.ts"
export { BrokenBarrierError, DeadlockError, InvalidStateError, RuntimeError } from "./errors/misuse.ts"
export { QueueEmpty, QueueFull, QueueShutDown } from "./errors/queue-errors.ts"
export {
  AddressLookupError,
  BrokenPipeError,
  ConnectionAbortedError,
  ConnectionError,
  ConnectionRefusedError,
  ConnectionResetError,
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  OSError,
  PermissionError,
  ProcessLookupError,
  SSLCertVerificationError,
  SSLError,
  type SystemErrorFacts,
} from "./errors/os-errors.ts"
export { IncompleteReadError, LimitOverrunError } from "./errors/stream-errors.ts"
export { TimeoutError } from "./errors/timeout-error.ts"
export { toThread } from "./executors/to-thread.ts"
export { BaseProtocol, BaseTransport, type ExtraInfo } from "./io/base-transport.ts"
export type { ConnectionOptions, TlsChoice, UnixConnectionOptions } from "./io/create-connection.ts"
export type { ServerOptions, ServingOptions, UnixServerOptions } from "./io/create-server.ts"
export type { DatagramOptions } from "./io/create-datagram-endpoint.ts"
export { createSubprocessExec, createSubprocessShell } from "./io/create-subprocess.ts"
export {
  DatagramEndpoint,
  openDatagramEndpoint,
  type Datagram,
  type DatagramEndpointOptions,
  type DatagramStatistics,
} from "./io/datagram-endpoint.ts"
export { files } from "./io/files.ts"
export type { AsyncFile } from "./io/files/async-file.ts"
export type { FilePath } from "./io/files/file-path.ts"
export type { FileData, FileEncoding } from "./io/files/file-text.ts"
export type { OpenFlags as FileOpenFlags } from "./io/files/open-file.ts"
export type { TemporaryDirectory } from "./io/files/temporary-directory.ts"
export type { WalkEntry, WalkOptions } from "./io/files/walk.ts"
export type { FileChange, FileWatcher, WatchOptions } from "./io/files/watch.ts"
export { fromReadable, ReadableChunks } from "./io/from-readable.ts"
export type { AddressEntry, AddressFlag, AddressOptions, NameFlag, SocketType } from "./io/getaddrinfo.ts"
export { input, type InputOptions } from "./io/input.ts"
export type { Key } from "./io/key.ts"
export type { KeyStream } from "./io/key-stream.ts"
export { BufferedProtocol, DatagramProtocol, Protocol, SubprocessProtocol } from "./io/protocol.ts"
export { Server } from "./io/server.ts"
export type { SendableFile, SendfileOptions } from "./io/sendfile.ts"
export type { Signal } from "./io/signal-name.ts"
export { TransportSocket, type SocketName } from "./io/socket-name.ts"
export { StreamReader, type Separator, type StreamReaderOptions } from "./io/stream-reader.ts"
export { StreamReaderProtocol, type ClientConnected } from "./io/stream-reader-protocol.ts"
export { StreamWriter } from "./io/stream-writer.ts"
export { openConnection, openUnixConnection, startServer, startUnixServer, type Stream, type StreamLimit } from "./io/streams.ts"
export { stdin, type ReadOptions, type StandardInput } from "./io/standard-input.ts"
export * as subprocess from "./io/subprocess.ts"
export { toReadable, type ToReadableOptions } from "./io/to-readable.ts"
export type { SslOptions, StartTlsOptions } from "./io/tls-options.ts"
export {
  DatagramTransport,
  ReadTransport,
  SubprocessTransport,
  Transport,
  WriteTransport,
  type WriteBufferLimits,
} from "./io/transport.ts"
export { Barrier, type BarrierStatistics } from "./sync/barrier.ts"
export { Condition, type ConditionStatistics } from "./sync/condition.ts"
export { Event, type EventStatistics } from "./sync/event.ts"
export { Held } from "./sync/held.ts"
export { Lock, type LockStatistics } from "./sync/lock.ts"
export type { PrimitiveOptions } from "./sync/primitive.ts"
export { LifoQueue, PriorityQueue, Queue, type QueueStatistics } from "./sync/queue.ts"
export { BoundedSemaphore, Semaphore, type SemaphoreStatistics } from "./sync/semaphore.ts"
export { asCompleted, type AsCompletedOptions } from "./tasks/as-completed.ts"
export { createEagerTaskFactory, eagerTaskFactory } from "./tasks/eager.ts"
export type { EventIterator, Overflow } from "./tasks/event-iterator.ts"
export type { EmitterLike, EventSourceLike, EventTargetLike } from "./tasks/event-source.ts"
export type { LoopIterator } from "./tasks/next-line.ts"
export { fromCallback, type FromCallbackOptions, type NodeCallback } from "./tasks/from-callback.ts"
export { fromEvent, type FromEvent, type FromEventOptions } from "./tasks/from-event.ts"
export { gather, type Gatherable, type Gathered, type GatherOptions } from "./tasks/gather.ts"
export { run, Runner, type RunnerOptions, type RunOptions } from "./tasks/runner.ts"
export { settled } from "./tasks/settled.ts"
export { shield } from "./tasks/shield.ts"
export { sleep } from "./tasks/sleep.ts"
export { staggeredRace, type RaceOutcome } from "./tasks/staggered-race.ts"
export { TaskGroup, type TaskGroupOptions } from "./tasks/task-group.ts"
export { moveOnAfter, Timeout, timeout, timeoutAt } from "./tasks/timeouts.ts"
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, wait, type ReturnWhen, type WaitOptions } from "./tasks/wait.ts"
export { waitFor, type WaitForOptions } from "./tasks/wait-for.ts"
