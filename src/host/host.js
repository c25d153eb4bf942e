/**
 * Everything the library asks of its platform, and the one slot that holds it.
 *
 * Each entry point installs the host of its platform (`node.ts`, `browser.ts`) when it is
 * imported; nothing below the entries names a platform. The functions behind it are taken
 * when the host is imported, so fake timers installed later do not reach a running loop.
 */
let installed;
/** Makes `platform` the host of this copy of the library; the first one stays. */
export function installHost(platform) {
    installed ??= platform;
    host = installed;
}
/** The installed host. Undefined only where a file was imported past every entry point. */
export let host;
