import { useRef, useState } from 'preact/hooks';
import type { ModelInfo } from '../../contract/schemas/models';
import type { Reel } from '../../contract/schemas/reel';
import { type ApiProblem, callApi, sameOrigin } from '../service/http';
import { estimate } from '../form/estimate';
import { OrderKey } from '../state/idempotency';
import { HOME_HREF, navigate, reelHref } from '../state/router';
import { isEnded, pathOf } from '../state/use-reel';
import { Button } from '../ui/button';
import { Confirm } from '../ui/confirm';
import { CopyButton } from '../ui/copy-button';
import { Icon } from '../ui/icon';
import { Notice } from '../ui/notice';
import { formatCredits } from '../../contract/money';

interface ReelActionsProps {
  readonly reel: Reel;
  /** Undefined where the service does not offer it any more. */
  readonly model: ModelInfo | undefined;
  readonly onReel: (reel: Reel) => void;
  readonly onReuse: (reel: Reel) => void;
  readonly onDeleted: (id: string) => void;
}

export function ReelActions({ reel, model, onReel, onReuse, onDeleted }: ReelActionsProps) {
  const [asking, setAsking] = useState<'stop' | 'delete'>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const orderKey = useRef(new OrderKey()).current;
  const sending = useRef(false);
  const ended = isEnded(reel);
  const price =
    model && estimate(model, { ...reel.request, hasImage: reel.request.promptImage !== undefined });

  const again = async () => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      const made = await callApi<Reel>(`${pathOf(reel.id)}/remake`, {
        method: 'POST',
        idempotencyKey: orderKey.keyFor(reel.id),
      });
      orderKey.used();
      navigate(reelHref(made.id));
    } catch (error) {
      setProblem(error as ApiProblem);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  return (
    <div class="reel-actions">
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      <div class="actions">
        {reel.video && (
          <a class="button button-primary" href={sameOrigin(reel.video.url)} download>
            <Icon name="download" />
            <span>Download</span>
          </a>
        )}
        {ended && reel.failure?.category !== 'safety' && (
          <Button
            kind={reel.status === 'succeeded' ? 'plain' : 'primary'}
            icon="again"
            busy={busy}
            onClick={() => void again()}
          >
            Make it again{price !== undefined && <small> {formatCredits(price)}</small>}
          </Button>
        )}
        {ended && (
          <Button
            icon="edit"
            onClick={() => {
              onReuse(reel);
              navigate(HOME_HREF);
            }}
          >
            Change and make another
          </Button>
        )}
        {!ended && (
          <Button icon="stop" onClick={() => setAsking('stop')}>
            Stop
          </Button>
        )}
        <CopyButton text={reelHref(reel.id)} label="Copy link" icon="link" />
        {ended && (
          <Button kind="quiet" icon="trash" onClick={() => setAsking('delete')}>
            Delete
          </Button>
        )}
      </div>
      {asking === 'stop' && (
        <Confirm
          title="Stop this reel?"
          yes="Stop it"
          no="Let it go on"
          onClose={() => setAsking(undefined)}
          onYes={async () => onReel(await callApi<Reel>(`${pathOf(reel.id)}/cancel`, { method: 'POST' }))}
        >
          <p>
            Runway is told to stop, too. It may charge for what it has begun: at most{' '}
            {formatCredits(reel.credits.estimated)}.
          </p>
        </Confirm>
      )}
      {asking === 'delete' && (
        <Confirm
          title="Delete this reel?"
          yes="Delete it"
          no="Keep it"
          onClose={() => setAsking(undefined)}
          onYes={async () => {
            await callApi(pathOf(reel.id), { method: 'DELETE' });
            onDeleted(reel.id);
            navigate(HOME_HREF);
          }}
        >
          <p>Its video and its record go for good. Nobody can bring them back.</p>
        </Confirm>
      )}
    </div>
  );
}
