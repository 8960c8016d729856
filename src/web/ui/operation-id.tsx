import { CopyButton } from './copy-button';

/** Runway's ID of an order, which its support asks for. */
export function OperationId({ id }: { readonly id: string }) {
  return (
    <p class="operation">
      <span class="hint">Operation ID</span>
      <code>{id}</code>
      <CopyButton text={id} label="Copy" />
    </p>
  );
}
