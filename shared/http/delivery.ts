import type { HttpRequest } from "@azure/functions";

import { present } from "../present.ts";
import type { TicketDelivery } from "../ticket/in/verify.ts";
import type { Source } from "../ticket/source/source.ts";
import { readBody, type Body } from "./body.ts";

export type Delivered =
  { readonly ok: true; readonly delivery: TicketDelivery } | Extract<Body, { readonly ok: false }>;

/** A call of a ticketing system → its bytes and headers, or why they are not taken. Never throws. */
export const readDelivery = async (request: HttpRequest, source: Source | undefined): Promise<Delivered> => {
  const body = await readBody(request, {
    isAnyType: true,
    ...present({ maxBytes: source?.profile.bodyMaxBytes }),
  });
  if (!body.ok) return body;
  const { headers } = request;
  return { ok: true, delivery: { body: body.bytes, header: (name) => headers.get(name) ?? undefined } };
};
