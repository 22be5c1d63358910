import { HttpRequest } from "@azure/functions";
import { describe, expect, test } from "vitest";

import { HttpProblem, readQuery } from "../../shared/http/answer.ts";
import { PoisonQuery, StatusQuery } from "../../shared/http/api/inputs.ts";
import { StatusView } from "../../shared/http/api/views.ts";
import { linksOf } from "../../shared/http/links.ts";
import { operatorName } from "../../shared/http/operator.ts";
import { ReplayInput } from "../../shared/poison/inputs.ts";
import { aRequest, CUSTOMER } from "../support/builders.ts";

const aCall = (url: string, headers: Record<string, string> = {}): HttpRequest =>
  new HttpRequest({ method: "GET", url, headers, query: Object.fromEntries(new URL(url).searchParams) });
const principal = { "x-ms-client-principal-name": "kim@partner.example" };
const BASE = "https://relay.example";

describe("operatorName()", () => {
  test("believes the header of Easy Auth only where it is on", () => {
    const call = aCall(BASE, principal);
    expect(operatorName(call, { by: "somebody else" }, true)).toBe("kim@partner.example");
    expect(operatorName(call, { by: "Kim" }, false)).toBe("Kim");
    expect(() => operatorName(call, {}, false)).toThrow(HttpProblem);
  });

  test("takes no name out of the body when Easy Auth sent none", () => {
    expect(() => operatorName(aCall(BASE), { by: "somebody else" }, true)).toThrow(HttpProblem);
  });
});

describe("linksOf()", () => {
  test("keeps host and prefix as the caller used them, and repeats no key", () => {
    const links = linksOf(`${BASE}/relay/api/license-updates?status=refused&code=secret`);
    expect(links.request("a:b")).toBe(`${BASE}/relay/api/license-updates/a%3Ab`);
    expect(links.next("token")).toBe(`${BASE}/relay/api/license-updates?status=refused&after=token`);
  });
});

describe("readQuery()", () => {
  test("takes exactly one filter of a list, and says which there are", () => {
    const read = (query: string) => () =>
      readQuery(aCall(`${BASE}/api/license-updates?${query}`), StatusQuery);
    expect(read(`customerId=${CUSTOMER}&limit=5`)()).toMatchObject({ customerId: CUSTOMER, limit: 5 });
    expect(read("ticket=zendesk%2F47%2F11")()).toMatchObject({ ticket: "zendesk/47/11", limit: 50 });
    for (const query of [
      "",
      "status=refused&ticket=a%2Fb",
      "status=lost",
      "limit=0&status=refused",
      "color=red",
    ]) {
      expect(read(query)).toThrow(HttpProblem);
    }
  });

  test("leaves the key to the host", () => {
    expect(readQuery(aCall(`${BASE}/api/poison?code=a-key&errorCode=60012`), PoisonQuery)).toMatchObject({
      errorCode: 60012,
    });
  });
});

test("StatusView lets an older command line read a newer answer, but for fields of the request", () => {
  const at = "2026-01-01T00:00:00.000Z";
  const request = aRequest();
  const view = {
    requestId: "request-1",
    status: "accepted",
    request,
    acceptedAt: at,
    updatedAt: at,
    replays: 0,
    history: [],
    links: { self: BASE },
  };
  expect(StatusView.safeParse({ ...view, notYetInvented: true }).success).toBe(true);
  expect(StatusView.safeParse({ ...view, request: { ...request, notYetInvented: true } }).success).toBe(
    false,
  );
});

describe("ReplayInput", () => {
  test.each([
    [{}, "must have ids, category, code or customerId"],
    [{ ids: [] }, "must have at least 1 entry"],
    [{ ids: Array.from({ length: 1001 }, () => "x") }, "must have at most 1000 entries"],
    [{ ids: ["../x"] }, "must be the id of a poison message"],
    [{ category: "x", ratePerSecond: 0 }, "must be at least 0.1"],
    [{ category: "x", all: true }, "Unrecognized key"],
  ])("refuses %j", (input, why) => {
    const { error } = ReplayInput.safeParse(input);
    expect(JSON.stringify(error?.issues)).toContain(why);
  });

  test("sends a canary first unless told otherwise", () => {
    expect(ReplayInput.parse({ category: "no-seats" })).toMatchObject({ canary: true, force: false });
  });
});
