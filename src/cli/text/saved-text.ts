import type { Reel } from '../../contract/schemas/reel';
import type { Terminal } from '../terminal';
import { fileSize } from './words';
import { formatCredits } from '../../contract/money';
import { facts, section } from './section';

/** The end that everybody hopes for: where the file is, what it is, what it cost. */
export function renderSaved(
  { id, file, video, credits, simulated, warnings }: Reel & { readonly file: string },
  terminal: Terminal,
): string {
  const sums = facts(
    [
      ['saved', terminal.style.good(file)],
      [
        'video',
        video &&
          `${video.width} × ${video.height} · ${Math.round(video.durationSeconds * 10) / 10} s · ${video.hasAudio ? 'with' : 'no'} sound · ${fileSize(video.bytes)}`,
      ],
      ['charged', simulated ? 'nothing: a practice clip of the simulator' : chargedText(credits)],
      ['reel', id],
    ],
    terminal,
  );
  return warnings.length > 0 ? `${sums}\n\n${section('Warnings', warnings.join('\n'), terminal)}` : sums;
}

function chargedText({ charged, uncertain }: Reel['credits']): string {
  return formatCredits(charged) + (uncertain > 0 ? `, and perhaps ${formatCredits(uncertain)} more` : '');
}
