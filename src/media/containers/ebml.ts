/** Heads of elements: what WebM and Matroska files are made of. */

export const SEGMENT = 0x18538067;

export interface ElementHead {
  readonly id: number;
  /** Absent: up to what does not belong into it. */
  readonly length?: number;
  readonly headBytes: number;
}

/** @returns undefined where no head is */
export function elementHead(bytes: Buffer): ElementHead | undefined {
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  if (idBytes > 4 || bytes.length <= idBytes) return undefined;
  const lengthBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
  if (lengthBytes > 8 || bytes.length < idBytes + lengthBytes) return undefined;
  let length = (bytes[idBytes] ?? 0) & (0xff >> lengthBytes);
  let all = length === 0xff >> lengthBytes;
  for (let at = idBytes + 1; at < idBytes + lengthBytes; at += 1) {
    length = length * 256 + (bytes[at] ?? 0);
    all &&= bytes[at] === 0xff;
  }
  const head = { id: bytes.readUIntBE(0, idBytes), headBytes: idBytes + lengthBytes };
  return all ? head : { ...head, length };
}
