/** The service did not start. The message has the reason, as far as it is known, for the user. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
