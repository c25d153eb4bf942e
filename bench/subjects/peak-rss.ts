import { readFileSync } from "node:fs"

/**
 * The peak of this process's memory in MB (2^20 bytes).
 *
 * Linux lets a process inherit the peak of the one that started it, in
 * `resourceUsage()` but not in /proc.
 */
export function peakRssMb(): number {
  return (linuxPeakKb() ?? process.resourceUsage().maxRSS) / 1024
}

function linuxPeakKb(): number | undefined {
  if (process.platform !== "linux") return undefined
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))
  return line === null ? undefined : Number(line[1])
}
