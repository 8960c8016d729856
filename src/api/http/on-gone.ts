import type { ServerResponse } from 'node:http';

/** Calls back once: when the answer is out, or when its connection is gone. */
export function onGone(res: ServerResponse, callback: () => void): void {
  const { socket } = res.req;
  const gone = () => {
    res.off('close', gone);
    socket.off('close', gone);
    callback();
  };
  res.on('close', gone);
  // Of an answer that still waits for an earlier one on its connection, Node does not tell that it is gone.
  socket.on('close', gone);
}
