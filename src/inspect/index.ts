/**
 * Tools for seeing what a program does.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"
import { installNodeAgent } from "./agent-node.ts"

installHost(nodeHost)
installNodeAgent()

export { serveInspector, type InspectorSocket, type ServeInspectorOptions } from "./attach/serve-inspector-node.ts"
export { adviseOn } from "./analysis/advice.ts"
export type { Advice } from "./analysis/advice-model.ts"
export { criticalPath, type CriticalPath, type CriticalPathOptions, type PathSegment } from "./analysis/critical-path.ts"
export { verdictOf, type Verdict, type VerdictKind, type VerdictOptions, type VerdictShares } from "./analysis/verdict.ts"
export { Explainer, type ExplainOptions } from "./explain.ts"
export { FlightRecorder, startFlightRecorder, type DumpReason, type FlightRecorderOptions } from "./flight/flight-recorder-node.ts"
export { readColumns, readRecording, writeRecording } from "./flight/recording-file-node.ts"
export type { CallbackColumns, EventColumns, PauseColumns, RecordingColumns, TaskColumns } from "./flight/recording-columns.ts"
export { RecordingError } from "./flight/recording-error.ts"
export { Recorder, type Alarms, type RecorderOptions } from "./recorder.ts"
export type { TimelineJob, TimelineLane, TimelinePools } from "./lanes.ts"
export type { RecordedEvent, RecordedJob, RecordedPools, RecordedTask, RecordedWorker, Recording } from "./recording.ts"
export { toPerfetto, type PerfettoOptions } from "./export/perfetto.ts"
export { sendToOpenTelemetry, type SendOptions } from "./export/send-spans-node.ts"
export { traceTasks, type TraceOptions, type TracerSource } from "./export/trace-tasks.ts"
export { renderTimeline, type RenderOptions } from "./render-timeline.ts"
export { renderTimelineSvg, type SvgOptions } from "./render-timeline-svg.ts"
export { renderTimelinePage, type PageOptions } from "./page/render-timeline-page-node.ts"
export { timelineOf, type Timeline, type TimelineOptions } from "./timeline.ts"
export type { MarkedPath, PathMark } from "./timeline-path.ts"
export type { CancelMark, Span, SpanState, TimelineTask } from "./timeline-row.ts"
export { snapshotNow, takeSnapshot } from "./agent.ts"
export type { SnapshotOptions } from "./snapshot/own-snapshot.ts"
export { renderTable, type TableOptions, type TableOrder } from "./snapshot/render-table.ts"
export { renderTree, type SnapshotRenderOptions } from "./snapshot/render-tree.ts"
export type { Blocked } from "./watchdog/blocked.ts"
export { startWatchdog, type Watchdog, type WatchdogOptions } from "./watchdog/watchdog-node.ts"
export { findDeadlocks } from "./snapshot/deadlocks.ts"
export { LeakWatch, type LeakWatchOptions } from "./snapshot/leak-watch.ts"
export { findLeaks, type LeakOptions } from "./snapshot/leaks.ts"
export type {
  Snapshot,
  SnapshotBlocked,
  SnapshotDeadlock,
  SnapshotFrame,
  SnapshotLeak,
  SnapshotLoop,
  SnapshotPlace,
  SnapshotPool,
  SnapshotResource,
  SnapshotState,
  SnapshotTask,
  SnapshotThread,
  SnapshotWait,
} from "./snapshot.ts"
