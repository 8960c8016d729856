import ipaddr from 'ipaddr.js';
import type { Request } from 'express';

/**
 * By what unknown callers are told apart: an IPv4 address, or the /64 of an IPv6 address, which is what one line is
 * given. Behind TRUSTED_PROXIES it is the right-most address of `X-Forwarded-For` that is none of them.
 */
export function callerAddress(req: Request): string {
  return addressBlock(req.ip ?? '') ?? addressBlock(req.socket.remoteAddress ?? '') ?? 'unknown';
}

/** @returns undefined for what is no address: a proxy that passes on what clients write says anything. */
export function addressBlock(text: string): string | undefined {
  const plain = text.replace(/%.*$/, '');
  if (!ipaddr.isValid(plain) || !/[.:]/.test(plain)) return undefined;
  // An IPv4 address in the dress of IPv6 is the IPv4 address.
  const address = ipaddr.process(plain);
  if (address.kind() === 'ipv4') return address.toString();
  const bytes = address.toByteArray().map((byte, index) => (index < 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/64`;
}
