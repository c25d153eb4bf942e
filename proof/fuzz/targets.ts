import type { Target } from "./target.ts"
import { addresses, commandLines, functionSources, inspectorQuestions, jobs } from "./targets/doors.ts"
import { challenges, contentEncoding, cookies, redirects, responses, serverSentEvents } from "./targets/http.ts"
import { recordingFiles, recordingsShown, replays, schedules } from "./targets/recordings.ts"
import { requests } from "./targets/server.ts"
import { fileLines, responseLines, streamReader } from "./targets/streams.ts"

/** Every parser and wire format of the library. */
export const TARGETS: readonly Target[] = [
  streamReader,
  fileLines,
  responseLines,
  responses,
  contentEncoding,
  serverSentEvents,
  redirects,
  cookies,
  challenges,
  addresses,
  requests,
  recordingFiles,
  recordingsShown,
  schedules,
  replays,
  commandLines,
  inspectorQuestions,
  jobs,
  functionSources,
]
