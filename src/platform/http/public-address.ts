import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** A configured URL must not lead to an address inside our own network (SSRF). */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_NOT_PUBLIC';

  constructor() {
    super('the address is not public');
    this.name = 'AddressRefused';
  }
}

/** Whether an IPv4 or IPv6 address is public unicast; an IPv4 address mapped into IPv6 counts as IPv4. */
export function isPublic(address: string): boolean {
  const parsed = ipaddr.process(address);
  return (
    parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast) === true)
  );
}

/**
 * Refuses a URL whose host is a literal address that is not public. The URL parser has already converted "2130706433"
 * and "0x7f.1" to 127.0.0.1; sockets never call `lookup` for such hosts.
 * @throws AddressRefused
 */
export function refusePrivateLiteral({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublic(host)) throw new AddressRefused();
}

/** A socket's `lookup` that fails with AddressRefused if any of the name's addresses is not public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.every(({ address }) => isPublic(address))) return callback(new AddressRefused(), []);
    if (options.all) return callback(null, addresses);
    const [first] = addresses;
    callback(null, first!.address, first!.family);
  });
};
