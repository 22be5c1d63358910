import { randomUUID } from "node:crypto";

import { present } from "../present.ts";
import { readForeign } from "../request/readForeign.ts";
import type { PartnerCenterClient } from "./client.ts";
import { readAnswerBody, readJson } from "./readAnswer.ts";
import { Customers } from "./resources.ts";
import type { Send } from "./transport.ts";

/** Whether a token is good for reading a customer. */
export interface FirstCustomer {
  readonly kind: "read" | "refused" | "none";
  readonly customerId?: string;
  readonly status?: number;
  readonly code?: number;
  readonly why?: string;
}

/** The partner's first customer, and its SKUs: what every license change needs to be allowed. Never throws. */
export const findFirstCustomer = async (
  send: Send,
  partnerCenter: Pick<PartnerCenterClient, "subscribedSkus">,
  token: string,
  given: string | undefined,
): Promise<FirstCustomer> => {
  let customerId = given;
  if (customerId === undefined) {
    const raw = await send({
      method: "GET",
      customerId: "",
      path: "/v1/customers?size=1",
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    });
    if (raw.kind === "failure") return { kind: "refused", why: raw.why };
    if (raw.status !== 200) {
      const { code } = readAnswerBody(raw.body);
      const why = `the list of customers answered ${raw.status}`;
      return { kind: "refused", status: raw.status, why, ...present({ code }) };
    }
    const read = readForeign(Customers, raw.whole ? readJson(raw.body) : undefined);
    if (!read.ok) return { kind: "refused", status: raw.status, why: "the list of customers cannot be read" };
    customerId = read.value.items[0]?.id;
    if (customerId === undefined) return { kind: "none" };
  }
  const found = await partnerCenter.subscribedSkus(customerId, { token, requestId: randomUUID() });
  if (found.kind === "found") return { kind: "read", customerId };
  const { status, code, why } = found;
  return {
    kind: "refused",
    customerId,
    why,
    ...present({ status, code }),
  };
};
