import { describe, expect, test } from "vitest";

import { toAsked, type MappedValues } from "../../shared/ticket/in/toRequest.ts";
import { SourceFile, toSource } from "../../shared/ticket/source/source.ts";
import { CUSTOMER, E3, E5 } from "../support/builders.ts";

const source = (fields: object = {}) =>
  toSource(
    "desk",
    SourceFile.parse({
      profile: "zendesk",
      secret: "s",
      tables: { tenants: { Contoso: CUSTOMER }, skus: { E3, "Office E5": E5 } },
      ...fields,
    }),
  );
const BODY = Buffer.from("{}");
const ask = (values: MappedValues, fields: object = {}) => toAsked(source(fields), values, BODY, 0);
const good = { customerId: "contoso", userId: "ana@contoso.com", licensesToAssign: "E3", ticketId: "4711" };
const requestOf = (values: MappedValues) => {
  const asked = ask(values);
  if (asked.kind !== "request") throw new Error(JSON.stringify(asked));
  return asked.request;
};

// What payloads come to, whole: test/cases/ticket
describe("toAsked()", () => {
  test("makes another wait another request", () => {
    const values = { ...good, waitForSeats: "P3D" };
    expect(requestOf({ ...values, waitForSeats: "P4D" }).requestId).not.toBe(requestOf(values).requestId);
  });

  test("makes an id of the ticket and its wish: another edit of the same wish is the same request", () => {
    const first = requestOf(good).requestId;
    expect(requestOf({ ...good, requestedBy: "somebody else" }).requestId).toBe(first);
    expect(requestOf({ ...good, licensesToAssign: "Office E5" }).requestId).not.toBe(first);
    expect(requestOf({ ...good, ticketId: "4712" }).requestId).not.toBe(first);
    expect(first).toMatch(/^desk:4711-/);
  });

  test("ignores what the expression when does not let through", () => {
    const when = { map: { when: "true" } };
    expect(ask({ ...good, when: false }, when).kind).toBe("ignored");
    expect(ask(good, when).kind).toBe("ignored");
    expect(ask({ ...good, when: true }, when).kind).toBe("request");
  });

  test("refuses an event older than the profile allows", () => {
    const jira = source({
      profile: "jira-webhook",
      fields: { userId: "u", licensesToAssign: "l" },
      map: { when: "true" },
    });
    const at = (ageMs: number) =>
      toAsked(jira, { ...good, when: true, sentAt: Date.now() - ageMs }, BODY, Date.now()).kind;
    expect(at(23 * 3_600_000)).toBe("request");
    expect(at(24 * 3_600_000 + 60_000)).toBe("invalid");
    const timeless = { ...good, when: true };
    expect(toAsked(jira, timeless, BODY, Date.now()).kind).toBe("request");
    expect(toAsked(jira, { ...timeless, sentAt: "some day" }, BODY, Date.now()).kind).toBe("request");
    expect(ask({ ...good, sentAt: 0 }).kind).toBe("request");
    expect(at(25 * 3_600_000)).toBe("invalid");
  });
});
