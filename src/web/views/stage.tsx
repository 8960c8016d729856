import { useState } from 'preact/hooks';
import type { Reel } from '../../contract/schemas/reel';
import { sameOrigin } from '../service/http';
import { aspectOf } from '../form/shapes';
import { Icon } from '../ui/icon';
import { formatProgress } from '../words/reel-words';
import { cutText } from '../../contract/text';

/** The frame of the video, in its own shape: with the video when it is there, before it with how far it is. */
export function Stage({ reel }: { readonly reel: Reel }) {
  const { video, request } = reel;
  const aspect = video ? video.width / video.height : (aspectOf(request.ratio) ?? 9 / 16);
  return (
    <div class={stageClass(reel)} style={{ '--aspect': String(aspect) }}>
      <div class="frame">
        {video ? (
          <Player key={video.sha256} reel={reel} url={sameOrigin(video.url)} />
        ) : (
          <Unfinished reel={reel} />
        )}
      </div>
    </div>
  );
}

/** Without a video, the words below matter more on a phone than the frame. */
function stageClass({ status, video }: Reel): string {
  if (video) return 'stage';
  const making = status === 'queued' || status === 'in_progress';
  return making ? 'stage stage-making' : 'stage stage-empty';
}

function Player({ reel, url: latest }: { readonly reel: Reel; readonly url: string }) {
  // Each poll brings a fresh link: another source would stop the playback.
  const [url] = useState(latest);
  const [failed, setFailed] = useState(false);
  if (failed) {
    return (
      <div class="frame-words">
        <Icon name="alert" />
        <p>This browser cannot play the video. It is stored and whole: download it to watch it.</p>
      </div>
    );
  }
  return (
    <video
      class="player"
      src={`${url}#t=0.01`}
      controls
      playsInline
      preload="metadata"
      aria-label={`The video: ${cutText(reel.request.promptText, 200)}`}
      onError={() => setFailed(true)}
    />
  );
}

function Unfinished({ reel: { status, phase, progress } }: { readonly reel: Reel }) {
  switch (status) {
    case 'failed':
      return <FrameWords icon="cross" text="Not made" />;
    case 'cancelled':
      return <FrameWords icon="stop" text="Stopped" />;
    case 'needs_decision':
      return <FrameWords icon="alert" text="Waiting for you" />;
    default:
      return (
        <>
          <div class={phase.startsWith('waiting') ? 'shimmer shimmer-still' : 'shimmer'} />
          <div class="frame-words">
            {phase === 'running' ? <p class="percent">{formatProgress(progress)}</p> : <Icon name="film" />}
          </div>
        </>
      );
  }
}

function FrameWords({
  icon,
  text,
}: {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly text: string;
}) {
  return (
    <div class="frame-words">
      <Icon name={icon} />
      <p>{text}</p>
    </div>
  );
}
