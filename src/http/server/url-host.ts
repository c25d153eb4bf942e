/** How an address is written in a URL. */
export function urlHost(host: string): string {
  if (host === "" || host === "0.0.0.0" || host === "::") return "localhost"
  return host.includes(":") ? `[${host}]` : host
}
