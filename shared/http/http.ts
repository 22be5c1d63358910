import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Messages } from "../message/message.ts";
import type { PartnerCenter } from "../partner-center/partnerCenter.ts";
import type { Poison } from "../poison/poison.ts";
import type { Settings } from "../settings.ts";
import type { Tickets } from "../ticket/ticket.ts";
import type { Token } from "../token/token.ts";
import { makeHealth, type ReadHealth } from "./health.ts";
import { makeView, type View } from "./view.ts";

/** What HTTP shows of the other rooms. */
export interface Http {
  /** What the ledger shows to callers and operators. */
  readonly view: View;
  readonly health: ReadHealth;
  readonly pace: PartnerCenter["pace"];
  /** Whether Easy Auth stands in front and says who asks. */
  readonly hasEasyAuth: boolean;
}

export interface HttpParts {
  readonly settings: Pick<Settings, "EASY_AUTH">;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly messages: Pick<Messages, "check">;
  readonly token: Pick<Token, "check" | "warning">;
  readonly partnerCenter: Pick<PartnerCenter, "pace">;
  readonly poison: Poison;
  readonly tickets: Pick<Tickets, "warning">;
}

export const makeHttp = (parts: HttpParts): Http => {
  const { settings, clock, ledger, messages, token, partnerCenter, poison, tickets } = parts;
  const { index: poisonIndex, notes, operations } = poison;
  return {
    view: makeView({ ledger, lists: ledger.lists, poisonIndex, notes, operations }),
    health: makeHealth({
      clock,
      warnings: {
        tickets: tickets.warning,
        token: token.warning,
        deadLetters: poison.deadLetters.warning,
      },
      probes: { queue: messages.check, vault: token.check, ledger: ledger.check },
    }),
    pace: partnerCenter.pace,
    hasEasyAuth: settings.EASY_AUTH,
  };
};
