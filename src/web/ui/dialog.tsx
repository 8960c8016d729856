import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Absent: it cannot be put off. */
  readonly onClose?: () => void;
}

/** In front of everything, with the focus kept inside: the browser's own modal dialog. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the browser paints, in and out: Preact puts the cleanup of a `useEffect` off until after the next frame, and
  // what is typed until then would go to the page.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Taken away while it is open, it would drop the focus to the top of the page: closing gives it back, at once.
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="dialog-title"
      closedby={onClose ? 'closerequest' : 'none'}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClose={({ currentTarget }) => {
        // The event comes late: we have removed the dialog already.
        if (!currentTarget.isConnected) return;
        // Browsers without `closedby` let a second Escape through.
        if (onClose) onClose();
        else currentTarget.showModal();
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}
