import { profileOf, type ProfileName } from "../../shared/ticket/in/profiles.ts";
import type { Scheme } from "../../shared/ticket/in/scheme.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";

export interface ToDeliver {
  readonly source: string;
  readonly profile: ProfileName;
  readonly secret: string;
  readonly body: unknown;
  readonly deliveryId?: string;
  readonly at?: Date;
  /** Headers beside, or in place of, the signature's. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly scheme?: Scheme;
}

let count = 0;

/** The headers and the body of a delivery, signed as its sender would. */
export const signed = ({ profile, secret, body, deliveryId, at, headers, scheme }: ToDeliver) => {
  count += 1;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const signature = signDelivery(scheme ?? profileOf(profile).scheme, {
    secret,
    body: Buffer.from(text),
    at: at ?? new Date(),
    deliveryId: deliveryId ?? `delivery-${count}`,
  });
  return { body: text, headers: { "content-type": "application/json", ...signature, ...headers } };
};

/** Sends a delivery as a ticketing system does: without a key. */
export const deliver = (baseUrl: string, delivery: ToDeliver, path = ""): Promise<Response> =>
  fetch(`${baseUrl}/api/tickets/${delivery.source}${path}`, { method: "POST", ...signed(delivery) });
