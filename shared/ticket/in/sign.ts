import { Webhook } from "standardwebhooks";

import { hmacOf, type Scheme } from "./scheme.ts";

export interface ToSign {
  readonly secret: string;
  readonly body: Uint8Array;
  readonly at: Date;
  /** For schemes that sign an id. */
  readonly deliveryId: string;
  readonly escapedBody?: boolean;
}

/** Headers of the signature as the sender would make them: to try a source out. */
export const signDelivery = (
  scheme: Scheme,
  { secret, body, at, deliveryId, escapedBody = false }: ToSign,
): Readonly<Record<string, string>> => {
  switch (scheme.kind) {
    case "standardWebhooks": {
      const signature = new Webhook(secret).sign(deliveryId, at, Buffer.from(body));
      return {
        "webhook-id": deliveryId,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": signature,
      };
    }
    case "hmac": {
      const { header, timestampHeader } = scheme;
      const timestamp = at.toISOString().replace(/\.\d{3}Z$/, "Z");
      const timed = timestampHeader === undefined ? {} : { timestamp };
      return {
        [header]: hmacOf(scheme, { secret, body, escapedBody, ...timed }),
        ...(timestampHeader === undefined ? {} : { [timestampHeader]: timestamp }),
      };
    }
    case "sharedSecret":
      return { [scheme.header]: `${scheme.prefix}${secret}` };
    default:
      return scheme satisfies never;
  }
};
