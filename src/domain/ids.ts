import { REEL_ID_PATTERN } from '../contract/reel';

const WORKFLOW_ID_PREFIX = 'reel-';

export function workflowIdOf(reelId: string): string {
  return WORKFLOW_ID_PREFIX + reelId;
}

/** The reel that a workflow ID of ours names; undefined for a workflow ID of another shape. */
export function reelIdOf(workflowId: string): string | undefined {
  if (!workflowId.startsWith(WORKFLOW_ID_PREFIX)) return undefined;
  const id = workflowId.slice(WORKFLOW_ID_PREFIX.length);
  return REEL_ID_PATTERN.test(id) ? id : undefined;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Lower-case base32 (RFC 4648) without padding: what IDs are written in. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((value >> bits) & 31);
    }
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text;
}
