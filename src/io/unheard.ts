/**
 * Listens for errors of a host's object that nobody has yet, or nobody any more: without a
 * listener the host ends the process. The object remembers its error, as `errored`.
 */
export function unheard(): void {}
