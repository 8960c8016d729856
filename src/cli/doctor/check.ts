/** `unknown`: it could not be looked at, and something else that is bad says why. */
export type CheckState = 'good' | 'warning' | 'bad' | 'unknown';

/** One thing that the doctor looked at. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** What was found. */
  readonly finding: string;
  /** What to do; for everything that is not good. */
  readonly cure?: string;
}

export interface DoctorReport {
  readonly checks: readonly Check[];
  readonly links: Readonly<Record<string, string>>;
}
