import { createHash } from "node:crypto";

import { z } from "zod";

import type { Clock } from "../../clock.ts";
import { present } from "../../present.ts";
import type { Problem } from "../../request/parse.ts";
import { parseJson } from "../../request/parseJson.ts";
import { readForeignJson } from "../../request/readForeign.ts";
import type { SharedSecrets } from "../../vault/sharedSecrets.ts";
import type { Evaluate } from "../mapping/mapper.ts";
import type { Source } from "../source/source.ts";
import type { ReadSigningKey } from "../web/signingKeys.ts";
import { MAP_FIELDS } from "./profiles.ts";
import { signingKeyUrlOf } from "./signingKeyUrl.ts";
import { toAsked, type Asked } from "./toRequest.ts";
import { verifyDelivery, type TicketDelivery, type Verification } from "./verify.ts";

export interface ReadTicketDeps {
  readonly clock: Clock;
  readonly secrets: SharedSecrets;
  readonly readSigningKey: ReadSigningKey;
  readonly evaluate: Evaluate;
}

/** What a delivery asks for; `unreadable` when that cannot be found out. */
export type Mapped = Asked | { readonly kind: "unreadable"; readonly problems: readonly Problem[] };

/** The two steps of taking a delivery. Each throws when the vault or a signing key is out of reach, or no thread is free. */
export interface ReadTicket {
  readonly verify: (source: Source, delivery: TicketDelivery) => Promise<Verification>;
  readonly map: (source: Source, delivery: TicketDelivery, deliveryId: string | undefined) => Promise<Mapped>;
}

const Values = z.partialRecord(z.enum(MAP_FIELDS), z.unknown());

const unreadable = (detail: string, pointer = ""): Mapped => ({
  kind: "unreadable",
  problems: [{ pointer, detail }],
});

const decoder = new TextDecoder("utf-8", { fatal: true });
const toText = (body: Uint8Array): string | undefined => {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
};

export const makeReadTicket = ({ clock, secrets, readSigningKey, evaluate }: ReadTicketDeps): ReadTicket => {
  /** Nobody has checked the body yet: all that is taken from it is an address out of a list. */
  const fetchedKey = async ({ signingKeyOrigins }: Source, body: Uint8Array): Promise<readonly string[]> => {
    const json = parseJson(body);
    const url = json.ok ? signingKeyUrlOf(json.value, signingKeyOrigins) : undefined;
    if (url === undefined) return [];
    const isTrusted = signingKeyOrigins.some((origin) => new URL(origin).origin === url.origin);
    return [await readSigningKey(url, isTrusted)];
  };

  const secretsOf = async (
    source: Source,
    { body }: TicketDelivery,
    isFresh: boolean,
  ): Promise<readonly string[]> => {
    const { secret, previousSecret, fetchSigningKey } = source;
    const kept = secret === undefined ? [] : await secrets.of(secret, previousSecret, isFresh);
    return fetchSigningKey ? [...kept, ...(await fetchedKey(source, body))] : kept;
  };

  const verifyWith = async (
    source: Source,
    delivery: TicketDelivery,
    isFresh: boolean,
  ): Promise<Verification> =>
    verifyDelivery(source.scheme, delivery, {
      secrets: await secretsOf(source, delivery, isFresh),
      nowMs: clock.now(),
      toleranceMs: source.toleranceSeconds * 1000,
      escapedBody: source.escapedSignature,
    });

  return {
    async verify(source, delivery) {
      const first = await verifyWith(source, delivery, false);
      // The secret may have been rotated a moment ago
      return first.kind === "unverified" && first.problem === "mismatch"
        ? verifyWith(source, delivery, true)
        : first;
    },
    async map(source, { body }, deliveryId) {
      const input = toText(body);
      if (input === undefined) return unreadable("is not UTF-8 text");
      const evaluated = await evaluate({
        input,
        expressions: Object.fromEntries(Object.entries(source.map)),
        variables: {
          fields: source.fields,
          source: source.name,
          hash: createHash("sha256").update(body).digest("hex"),
          ...present({ deliveryId }),
        },
      });
      switch (evaluated.kind) {
        case "notJson":
          return unreadable(evaluated.detail);
        case "failed": {
          const { name, detail } = evaluated;
          const where = name === "" ? "The mapping" : `The expression for ${name}`;
          return unreadable(`${where} cannot be evaluated: ${detail}`, name === "" ? "" : `/${name}`);
        }
        case "values": {
          const values = readForeignJson(Values, evaluated.json);
          return values.ok
            ? toAsked(source, values.value, body, clock.now())
            : { kind: "unreadable", problems: values.problems };
        }
        default:
          return evaluated satisfies never;
      }
    },
  };
};
