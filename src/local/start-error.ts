/** The service did not come up. The message has what is known of the reason, and is for people. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
