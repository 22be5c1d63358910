/** The ticket that a delivery is about. */
export interface TicketRef {
  readonly system: string;
  readonly source: string;
  /** A sender without tickets gets its key in place of one. */
  readonly id: string;
  readonly url?: string;
  readonly callbackUrl?: string;
}
