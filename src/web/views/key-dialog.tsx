import { useState } from 'preact/hooks';
import type { Session } from '../../contract/schemas/session';
import { type ApiProblem, callApi } from '../service/http';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { describedBy, Field } from '../ui/field';

/** Asks once for a key. It is exchanged for a cookie that no script can read, and kept nowhere else. */
export function KeyDialog({ onSession }: { readonly onSession: (session: Session) => void }) {
  const [key, setKey] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    if (key.trim() === '') {
      setError('Paste the key that you were given.');
      return;
    }
    setBusy(true);
    try {
      onSession(await callApi<Session>('v1/session', { method: 'POST', body: { key: key.trim() } }));
    } catch (problem) {
      const { status, message } = problem as ApiProblem;
      setError(status === 401 ? 'This key is not one of this service. Check that it is whole.' : message);
      setBusy(false);
    }
  };
  return (
    <Dialog title="Your key, please">
      <p>
        This service is for people with a key. Whoever runs it gives you one. You are asked once on this
        device.
      </p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void send();
        }}
      >
        <Field id="key" label="Key" error={error}>
          <input
            id="key"
            type="password"
            autoComplete="current-password"
            autofocus
            value={key}
            aria-invalid={error !== undefined}
            aria-describedby={describedBy('key')}
            onInput={(event) => {
              setKey(event.currentTarget.value);
              setError(undefined);
            }}
          />
        </Field>
        <div class="actions">
          <Button kind="primary" type="submit" busy={busy}>
            Go on
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
