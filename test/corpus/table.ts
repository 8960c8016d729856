/** docs/video-checks.md: what the look at the structure of a file does not see. */

/** @param blind `what it is: verdict; the browser: what it does` */
export function renderTable(blind: readonly string[], files: number): string {
  const rows = blind.map((line) => {
    const [, name = line, verdict = ''] = /^(.*): (\w+); the browser: /.exec(line) ?? [];
    return `- ${name}: ${VERDICTS[verdict] ?? verdict}`;
  });
  return `# How videos are checked

Each video is looked at in a process of its own before it is called good ([why](decisions/0018-videos-are-checked-in-a-process-of-their-own.md)).
\`video.checked\` of a reel says how:

- \`decoded\`: there is ffmpeg, and every frame was decoded once. What is delivered is what Chromium plays to its end: of the
  ${files} files of \`test/corpus\`, all (HEVC apart, which phones play and Chromium on Linux does not).
- \`structure\`: there is no ffmpeg, or decoding took more than it may. The tables of the file are held against its bytes, and the
  lengths inside of each picture against its size.

## What \`structure\` does not see

Made by \`test/corpus\` from the same files, each of which is played by Chromium. It takes otherwise than the browser:

${rows.join('\n')}
`;
}

const VERDICTS: Readonly<Record<string, string>> = {
  plays: 'delivered, and does not play to its end.',
  damaged: 'refused, and would play.',
  not_playable: 'kept as not playable, and would play.',
};
