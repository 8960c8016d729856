import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiProblem } from '../service/http';
import { Button } from './button';
import { Dialog } from './dialog';
import { Notice } from './notice';

interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, children, yes, no, onYes, onClose }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const act = async () => {
    setBusy(true);
    try {
      await onYes();
      onClose();
    } catch (error) {
      setProblem(error as ApiProblem);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-text">{children}</div>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      <div class="actions">
        <Button onClick={onClose}>{no}</Button>
        <Button kind="danger" busy={busy} onClick={() => void act()}>
          {yes}
        </Button>
      </div>
    </Dialog>
  );
}
