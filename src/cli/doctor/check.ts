/** `unknown`: it could not be checked, for the reason that another bad check gives. */
export type CheckState = 'good' | 'warning' | 'bad' | 'unknown';

/** One check of the doctor. */
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
