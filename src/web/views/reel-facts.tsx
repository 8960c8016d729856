import type { Reel, VideoChecked } from '../../contract/schemas/reel';
import type { AudioMode } from '../../contract/request';
import { Link, reelHref } from '../state/router';
import { formatCredits } from '../../contract/money';
import { formatMoment } from '../words/time';

const AUDIO_WORDS = {
  none: 'No Audio',
  music: 'Music Only',
  music_and_speech: 'Music and Speech',
} as const satisfies Record<AudioMode, string>;

const CHECKED = {
  decoded: 'Every frame was decoded',
  structure: 'Its structure; it was not decoded',
} as const satisfies Record<VideoChecked, string>;

/** What was asked for, and what came of it. */
export function ReelFacts({ reel }: { readonly reel: Reel }) {
  const { request, video, credits, remakeOf, remadeAs = [] } = reel;
  const now = Date.now();
  const facts: [string, preact.ComponentChildren][] = [
    ['Prompt', <span class="prompt-text">{request.promptText}</span>],
    [
      'Asked for',
      [request.model, request.ratio, `${request.duration} s`, AUDIO_WORDS[request.audio]].join(' · '),
    ],
  ];
  if (request.negativePrompt !== undefined) facts.push(['Not to show', request.negativePrompt]);
  if (video) {
    const { width, height, durationSeconds, hasAudio, bytes } = video;
    const length = `${Math.round(durationSeconds * 10) / 10} s`;
    facts.push([
      'Video',
      `${width} × ${height} · ${length} · ${hasAudio ? 'with sound' : 'silent'} · ${sizeOf(bytes)}`,
    ]);
  }
  if (video) facts.push(['Checked', CHECKED[video.checked]]);
  facts.push(['Charged', chargedOf(credits, reel.simulated)]);
  if (request.maxCredits !== undefined) facts.push(['At most', formatCredits(request.maxCredits)]);
  facts.push(['Ordered', <time dateTime={reel.createdAt}>{formatMoment(reel.createdAt, now)}</time>]);
  if (remakeOf !== undefined)
    facts.push(['Made again from', <Link href={reelHref(remakeOf)}>{remakeOf}</Link>]);
  if (remadeAs.length > 0) {
    facts.push(['Made again as', remadeAs.map((id) => <Link key={id} href={reelHref(id)}>{`${id} `}</Link>)]);
  }
  facts.push(['Reel', <code>{reel.id}</code>]);
  return (
    <section class="section" aria-labelledby="facts-title">
      <h2 id="facts-title">The reel</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function chargedOf({ charged, uncertain }: Reel['credits'], simulated: boolean): string {
  return [
    formatCredits(charged),
    uncertain > 0 && `and perhaps ${formatCredits(uncertain)} more`,
    simulated && 'in practice credits',
  ]
    .filter(Boolean)
    .join(' ');
}
