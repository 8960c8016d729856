import ipaddr from 'ipaddr.js';
import type { Request } from 'express';

/**
 * Identifies an unknown caller: by the IPv4 address, or the /64 of an IPv6 address, which is what one connection to the
 * Internet is given. Behind TRUSTED_PROXIES it is the right-most address of `X-Forwarded-For` that is none of them.
 */
export function callerAddress(req: Request): string {
  return addressBlock(req.ip ?? '') ?? addressBlock(req.socket.remoteAddress ?? '') ?? 'unknown';
}

/** @returns undefined for a text that is no address: some proxies pass on what clients write. */
export function addressBlock(text: string): string | undefined {
  const plain = text.replace(/%.*$/, '');
  if (!ipaddr.isValid(plain) || !/[.:]/.test(plain)) return undefined;
  // An IPv4-mapped IPv6 address counts as the IPv4 address.
  const address = ipaddr.process(plain);
  if (address.kind() === 'ipv4') return address.toString();
  const bytes = address.toByteArray().map((byte, index) => (index < 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/64`;
}
