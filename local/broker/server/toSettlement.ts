import { z } from "zod";

import type { Settlement } from "../entity/message.ts";

export const outcomes = ["accepted", "released", "modified", "rejected"] as const;
export type Outcome = (typeof outcomes)[number];

const Properties = z.record(z.string(), z.unknown()).nullish();

const Modified = z.object({ undeliverable_here: z.boolean().nullish(), message_annotations: Properties });

const Rejected = z.object({
  error: z.object({ info: Properties, description: z.string().nullish() }).nullish(),
});

const toMap = (properties: z.output<typeof Properties>): Map<string, unknown> =>
  new Map(Object.entries(properties ?? {}).filter(([, value]) => value !== undefined && value !== null));

const takeText = (properties: Map<string, unknown>, name: string): string | undefined => {
  const value = properties.get(name);
  properties.delete(name);
  return typeof value === "string" ? value : undefined;
};

/** What a receiver means by the state it gives a delivery. */
export const toSettlement = (outcome: Outcome, state: unknown): Settlement => {
  switch (outcome) {
    case "accepted":
      return { kind: "complete" };
    case "released":
      return { kind: "release" };
    case "modified": {
      const { undeliverable_here, message_annotations } = Modified.parse(state);
      return { kind: undeliverable_here === true ? "defer" : "abandon", added: toMap(message_annotations) };
    }
    case "rejected": {
      const { error } = Rejected.parse(state);
      const added = toMap(error?.info);
      const reason = takeText(added, "DeadLetterReason");
      const description = takeText(added, "DeadLetterErrorDescription") ?? error?.description ?? undefined;
      return { kind: "deadLetter", reason, description, added };
    }
    default:
      return outcome satisfies never;
  }
};
