import { memo } from '../ui/memo';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Reel } from '../../contract/schemas/reel';
import { callApi, sameOrigin } from '../service/http';
import { posterOf } from '../state/poster';
import { Link, reelHref } from '../state/router';
import { isEnded, pathOf } from '../state/use-reel';
import { Badge } from '../ui/badge';
import { Confirm } from '../ui/confirm';
import { CopyButton } from '../ui/copy-button';
import { Icon } from '../ui/icon';
import { whenNear } from '../ui/when-near';
import { titleOf } from '../words/reel-words';
import { formatDay, formatMoment } from '../words/time';

interface ReelCardProps {
  readonly reel: Reel;
  readonly onDeleted: (id: string) => void;
}

export const ReelCard = memo(({ reel, onDeleted }: ReelCardProps) => {
  const [deleting, setDeleting] = useState(false);
  const title = titleOf(reel);
  const { date } = reel.request;
  return (
    <li class="card-cell">
      <article class="reel-card">
        <Poster reel={reel} />
        <div class="reel-card-text">
          <h3>
            <Link class="reel-card-link" href={reelHref(reel.id)}>
              {title}
            </Link>
          </h3>
          <p class="hint">
            {date === undefined ? formatMoment(reel.createdAt, Date.now()) : formatDay(date)}
          </p>
          <div class="reel-card-foot">
            <Badge reel={reel} />
            <span class="reel-card-tools">
              <CopyButton text={reelHref(reel.id)} label={`Copy link to ${title}`} icon="link" bare />
              {isEnded(reel) && (
                <button
                  class="button button-quiet"
                  type="button"
                  aria-label={`Delete ${title}`}
                  onClick={() => setDeleting(true)}
                >
                  <Icon name="trash" />
                </button>
              )}
            </span>
          </div>
        </div>
      </article>
      {deleting && (
        <Confirm
          title={`Delete “${title}”?`}
          yes="Delete it"
          no="Keep it"
          onClose={() => setDeleting(false)}
          onYes={async () => {
            await callApi(pathOf(reel.id), { method: 'DELETE' });
            onDeleted(reel.id);
          }}
        >
          <p>Its video and its record go for good. Nobody can bring them back.</p>
        </Confirm>
      )}
    </li>
  );
});

/** What flies past in less is not drawn: decoding videos makes a fast scroll stutter. */
const GLANCE_MS = 150;

/** The first frame, drawn when the card comes near. */
function Poster({ reel: { video, status } }: { readonly reel: Reel }) {
  const place = useRef<HTMLDivElement>(null);
  const [picture, setPicture] = useState<string>();
  const sha256 = video?.sha256;
  const url = video && sameOrigin(video.url);

  useEffect(() => {
    const frame = place.current;
    if (sha256 === undefined || url === undefined || !frame) return;
    let gone = false;
    const show = () => void posterOf(sha256, url, frame).then((drawn) => gone || setPicture(drawn));
    const leave = whenNear(frame, '300px', show, GLANCE_MS);
    return () => {
      gone = true;
      leave();
    };
    // Each poll of the list brings a fresh link to the same file.
  }, [sha256]);

  return (
    <div ref={place} class={`poster poster-${status}`}>
      {picture === undefined ? (
        <Icon name={ICONS[status]} />
      ) : (
        <img src={picture} alt="" width={video?.width} height={video?.height} />
      )}
    </div>
  );
}

const ICONS = {
  queued: 'film',
  in_progress: 'film',
  needs_decision: 'alert',
  succeeded: 'play',
  failed: 'cross',
  cancelled: 'stop',
} as const satisfies Record<Reel['status'], Parameters<typeof Icon>[0]['name']>;
