/**
 * The addresses of a host.
 */
import { lookup, type LookupAddress } from "node:dns"
import { isIP } from "node:net"
import { AddressLookupError, osError } from "../errors/os-errors.ts"
import { atRoot } from "../host/node.ts"
import { hostOperation } from "../core/host-operation.ts"

/** All addresses of `host`, in the order of the system's resolver; a numeric one needs no look-up. */
export async function lookupAddresses(host: string, family: 0 | 4 | 6 = 0): Promise<readonly LookupAddress[]> {
  const version = isIP(host)
  if (version !== 0) {
    if (family === 0 || family === version) return [{ address: host, family: version }]
    throw new AddressLookupError(`cannot look up the host "${host}": it is an address of IPv${version}, and IPv${family} was asked for`, { code: "EAI_FAMILY" })
  }
  return await hostOperation<LookupAddress[]>({
    name: "getaddrinfo",
    detail: host,
    start(done) {
      atRoot(() =>
        lookup(host, { all: true, family, verbatim: true }, (error, addresses) => {
          if (error === null) done.returned(addresses)
          else done.failed(osError(error, `cannot look up the host ${JSON.stringify(host)}`))
        }),
      )
    },
  })
}
