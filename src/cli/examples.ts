/** Ends the help of a command with what people type. */
export function examples(...lines: readonly string[]): string {
  return [
    '',
    lines.length > 1 ? 'Examples:' : 'Example:',
    ...lines.map((line) => `  $ durable-reels ${line}`),
  ].join('\n');
}
