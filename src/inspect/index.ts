/**
 * Tools for seeing what a program does.
 *
 * @module
 */
import { installHost } from "../host/host.ts"
import { nodeHost } from "../host/node.ts"

installHost(nodeHost)

export { Explainer, type ExplainOptions } from "./explain.ts"
export { Recorder, type RecorderOptions } from "./recorder.ts"
export type { RecordedEvent, RecordedTask, Recording } from "./recording.ts"
export { renderTimeline, type RenderOptions } from "./render-timeline.ts"
export { renderTimelineSvg, type SvgOptions } from "./render-timeline-svg.ts"
export { timelineOf, type Span, type SpanState, type Timeline, type TimelineOptions, type TimelineTask } from "./timeline.ts"
