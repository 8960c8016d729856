import type { ServerResponse } from 'node:http';

/** Calls back once: when the answer was sent, or its connection is gone. */
export function onGone(res: ServerResponse, callback: () => void): void {
  const { socket } = res.req;
  const gone = () => {
    res.off('close', gone);
    socket.off('close', gone);
    callback();
  };
  res.on('close', gone);
  // Node emits no `close` for an answer that still waits for an earlier one on its connection.
  socket.on('close', gone);
}
