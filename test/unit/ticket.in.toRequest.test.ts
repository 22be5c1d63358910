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

describe("toAsked()", () => {
  test("looks up customers and SKUs in the tables, in upper or lower case, and lets ids pass", () => {
    expect(
      requestOf({ ...good, customerId: " CONTOSO ", licensesToAssign: `e3, ${E5.toUpperCase()}` }),
    ).toMatchObject({
      customerId: CUSTOMER,
      licensesToAssign: [{ skuId: E3 }, { skuId: E5 }],
      ticket: { system: "zendesk", id: "4711", source: "desk" },
    });
  });

  test.each([
    ["text with commas", "E3, Office E5"],
    ["text with lines", "E3\nOffice E5\n"],
    ["a list of texts", ["E3", "Office E5"]],
    ["a list of objects", [{ skuId: "E3" }, { sku: "Office E5" }]],
    ["a list in a list", [["E3"], ["Office E5"]]],
  ])("reads licenses from %s", (_name, licensesToAssign) => {
    expect(requestOf({ ...good, licensesToAssign }).licensesToAssign).toEqual([{ skuId: E3 }, { skuId: E5 }]);
  });

  test("lets names of products pass where the source has no table for them", () => {
    const values = { ...good, licensesToAssign: "SPE_E3, Visio Plan 2", licensesToRemove: "EMS" };
    expect(ask(values, { tables: { tenants: { Contoso: CUSTOMER } } })).toMatchObject({
      kind: "request",
      request: {
        licensesToAssign: [{ sku: "SPE_E3" }, { sku: "Visio Plan 2" }],
        licensesToRemove: [{ sku: "EMS" }],
      },
    });
    expect(ask(values)).toMatchObject({ kind: "invalid" });
  });

  test("takes a usage location and a wait for seats; another wait is another request", () => {
    const values = { ...good, usageLocation: "pt", waitForSeats: "P3D" };
    expect(requestOf(values)).toMatchObject({ usageLocation: "PT", waitForSeats: "P3D" });
    expect(requestOf({ ...values, waitForSeats: "P4D" }).requestId).not.toBe(requestOf(values).requestId);
    expect(requestOf({ ...good, waitForSeats: "" })).not.toHaveProperty("waitForSeats");
  });

  test("keeps excluded plans", () => {
    const licensesToAssign = [{ skuId: "E3", excludedPlans: [E5] }];
    expect(requestOf({ ...good, licensesToAssign }).licensesToAssign).toEqual([
      { skuId: E3, excludedPlans: [E5] },
    ]);
  });

  test("names what is in no table, with its place and where to add it", () => {
    expect(ask({ ...good, customerId: "acme", licensesToAssign: "E3, E9" })).toMatchObject({
      kind: "invalid",
      problems: [
        {
          pointer: "/licensesToAssign/1/skuId",
          detail: expect.stringContaining("tickets/desk.json") as unknown,
        },
        { pointer: "/customerId", detail: expect.stringContaining('"acme"') as unknown },
      ],
      ticket: { id: "4711" },
    });
  });

  test("leaves out what a template left empty, and names what is missing then", () => {
    expect(requestOf({ ...good, licensesToRemove: "", requestedBy: " ", ticketUrl: "" })).not.toHaveProperty(
      "licensesToRemove",
    );
    expect(ask({ ...good, userId: "" })).toMatchObject({
      kind: "invalid",
      problems: [{ pointer: "/userId" }],
    });
  });

  test("keeps senders apart by the name of the source in front of the key", () => {
    expect(requestOf({ ...good, requestId: "4711-1" }).requestId).toBe("desk:4711-1");
  });

  test("makes an id of the ticket and its wish: another edit of the same wish is the same request", () => {
    const first = requestOf(good).requestId;
    expect(requestOf({ ...good, requestedBy: "somebody else" }).requestId).toBe(first);
    expect(requestOf({ ...good, licensesToAssign: "Office E5" }).requestId).not.toBe(first);
    expect(requestOf({ ...good, ticketId: "4712" }).requestId).not.toBe(first);
    expect(first).toMatch(/^desk:4711-/);
  });

  test("hashes a key that cannot stand in an id", () => {
    expect(requestOf({ ...good, requestId: "Zoë's ticket / 1" }).requestId).toMatch(/^desk:[0-9a-f-]{36}$/);
    expect(requestOf({ ...good, requestId: "x".repeat(500) }).requestId).toMatch(/^desk:[0-9a-f-]{36}$/);
  });

  test("goes by the body when there is no ticket", () => {
    const { ticketId: _none, ...values } = good;
    expect(requestOf(values).requestId).toMatch(/^desk:[0-9a-f]{32}$/);
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
    expect(at(25 * 3_600_000)).toBe("invalid");
  });
});
