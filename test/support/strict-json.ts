/** Reads JSON as strict readers do (jq, orjson, Rust's serde, PostgreSQL's jsonb): what they refuse, this refuses. */

/** @throws Error when the bytes are no UTF-8, the text is no JSON, or a string in it is none of Unicode's. */
export function strictJson(bytes: Uint8Array | ArrayBuffer | string): unknown {
  const text = typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  return JSON.parse(text, (name, value: unknown) => {
    for (const string of [name, value]) if (typeof string === 'string') checkString(string, name);
    return value;
  });
}

function checkString(string: string, name: string): void {
  const shown = JSON.stringify(string.slice(0, 80));
  if (!string.isWellFormed()) throw new Error(`half a surrogate pair in \`${name}\`: ${shown}`);
  if (string.includes('\0')) throw new Error(`NUL in \`${name}\`: ${shown}`);
}
