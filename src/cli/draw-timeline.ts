/**
 * Shows a recording: in the terminal, or as a file.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { basename } from "node:path"

import { renderTimeline } from "../inspect/render-timeline.ts"
import { renderTimelineSvg } from "../inspect/render-timeline-svg.ts"
import { timelineOf } from "../inspect/timeline.ts"
import type { RunCommand } from "./arguments.ts"
import type { Recorded } from "./settings.ts"

const LEAST_COLUMNS = 40
/** Bars get no easier to compare on a wider screen. */
const MOST_COLUMNS = 160

/** @param recordingFile - what the program's process wrote when it ended, if it could */
export async function drawTimeline(recordingFile: string, program: string, where: NonNullable<RunCommand["timeline"]>): Promise<void> {
  const recorded = read(recordingFile)
  if (recorded === undefined) {
    console.error("asyncio-ts: no timeline, since the program was ended before it could write one")
    return
  }
  await showTimeline(recorded, basename(program), where)
}

/** Draws a recording in the terminal, on standard error, or writes it to a file. */
export async function showTimeline({ recording, ended }: Recorded, title: string, where: NonNullable<RunCommand["timeline"]>): Promise<void> {
  const timeline = timelineOf(recording, { until: ended })
  if (where === "terminal") {
    const { columns, isTTY }: Partial<typeof process.stderr> = process.stderr // a pipe has neither
    const width = Math.max(LEAST_COLUMNS, Math.min(columns ?? 80, MOST_COLUMNS))
    console.error(`\n${renderTimeline(timeline, { width, wakes: true, color: isTTY && process.stderr.hasColors() }).join("\n")}`)
    return
  }
  writeFileSync(where.file, await {
    html: async () => {
      // Loaded only for who asks: it brings the analysis with it.
      const { renderTimelinePage } = await import("../inspect/page/render-timeline-page-node.ts")
      return renderTimelinePage(recording, { title, until: ended })
    },
    svg: () => renderTimelineSvg(timeline, { title }),
    txt: () => `${renderTimeline(timeline, { width: 120, wakes: true }).join("\n")}\n`,
    json: () => `${JSON.stringify(recording)}\n`,
  }[where.format]())
  console.error(`asyncio-ts: the timeline is in ${where.file}`)
}

function read(file: string): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Recorded // written by the preload
  } catch {
    return undefined
  }
}
