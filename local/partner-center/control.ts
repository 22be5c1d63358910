import { fetch } from "undici";
import { z } from "zod";

import type { FaultRule } from "./faults.ts";
import { Call, Change } from "./journal.ts";
import type { Operations } from "./operations.ts";
import { WorldView } from "./worldView.ts";

/** The operations of a Partner Center in another process: named and typed as in this one, answered later. */
export type PartnerCenterControl = {
  readonly [Name in keyof Operations]: (
    ...given: Parameters<Operations[Name]>
  ) => Promise<ReturnType<Operations[Name]>>;
} & { readonly world: () => Promise<WorldView> };

const Failure = z.object({ error: z.string() });

/**
 * Steers the local Partner Center that listens at `url`.
 * Every method rejects with the reason when the other side refuses, or is not there.
 */
export const partnerCenterControl = (url: string): PartnerCenterControl => {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(`/local/${path}`, url), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(Failure.parse(answer).error);
    return answer;
  };
  const tell = async (method: string, path: string, body?: object): Promise<void> => {
    await ask(method, path, body);
  };
  return {
    journal: async () => z.array(Change).parse(await ask("GET", "journal")),
    calls: async () => z.array(Call).parse(await ask("GET", "calls")),
    world: async () => WorldView.parse(await ask("GET", "world")),
    addFault: (rule: FaultRule) => tell("POST", "faults", rule),
    clearFaults: () => tell("DELETE", "faults"),
    revokeTokens: () => tell("POST", "tokens/revoke"),
    setSeats: (customerId, skuId, activeUnits) => tell("POST", "seats", { customerId, skuId, activeUnits }),
    updateSettings: (change) => tell("PATCH", "settings", change),
    reset: () => tell("POST", "reset"),
  };
};
