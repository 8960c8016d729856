/** What the last 24 hours cost, against what they may cost. All in credits. */
export interface DailyBudget {
  /** Of all reels; only admins see it. */
  readonly all?: DailyUse;
  /** Of the caller's reels, against the limit of the caller's own key. */
  readonly own: DailyUse;
}

export interface DailyUse {
  /** Spent or set aside. */
  readonly committed: number;
  /** Absent: there is none. */
  readonly limit?: number;
}
