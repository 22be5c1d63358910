import { createHmac } from "node:crypto";
import { runInNewContext } from "node:vm";

import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { profiles } from "../../shared/ticket/in/profiles.ts";
import { caseNames, CASES_FOLDER } from "../support/cases/folders.ts";
import { ticketCases } from "../support/cases/ticket.ts";
import { deliveryOf, recipeOf, recipes, SECRET } from "../support/recipes.ts";

test("every profile has a page", () => {
  expect(Object.keys(profiles).filter((name) => !recipes.some((one) => one.name === name))).toEqual([]);
});

test("what the delivery of every page comes to is a case (else run npm run record)", () => {
  const cases = caseNames(CASES_FOLDER, ticketCases);
  expect(recipes.filter(({ name }) => !cases.includes(`page-${name}`)).map(({ name }) => name)).toEqual([]);
});

describe.each(recipes.map((one) => [one.name, one] as const))("the page %s", (_name, page) => {
  test("says what to do on their side, how to rotate the secret and how to try it out", () => {
    for (const heading of ["## On their side", "## What arrives", "## Rotate the secret", "## Try it out"])
      expect(page.text).toContain(heading);
    expect(page.text).toContain("npx license-relay ticket check");
  });

  test("has a delivery with the fields of its template", () => {
    const template = page.block("template");
    const delivery: unknown = JSON.parse(deliveryOf(page));
    const fieldsOf = (value: unknown) => (value instanceof Object ? Object.keys(value).toSorted() : []);
    const body: unknown = template === undefined ? delivery : JSON.parse(template);
    expect(
      fieldsOf(body).filter(
        (field) => !fieldsOf(Array.isArray(delivery) ? delivery[0] : delivery).includes(field),
      ),
    ).toEqual([]);
  });
});

interface Sent {
  readonly headers: Record<string, string>;
  body: string;
}

const verify = ({ headers, body }: Sent): unknown => new Webhook(SECRET).verify(body, headers);

test("the script for ServiceNow signs what the library verifies", () => {
  const sent: Sent = { headers: {}, body: "" };
  const values: Readonly<Record<string, string>> = { number: "RITM0010001", sys_mod_count: "3" };
  const shown = (text: string) => ({ getDisplayValue: () => text });
  const script = recipeOf("servicenow-script").block("servicenow") ?? "";
  runInNewContext(script, {
    current: {
      getValue: (name: string) => values[name],
      getUniqueValue: () => "9d385017c611228701d22104cc95c371",
      company: shown("contoso"),
      opened_by: shown("Abel Tuter"),
      variables: { user_principal_name: "ana@contoso.onmicrosoft.com", licenses: "E3" },
    },
    gs: {
      getProperty: (name: string) => (name.endsWith("secret") ? SECRET.replace("whsec_", "") : "https://x"),
    },
    GlideDateTime: class {
      getNumericValue = () => Date.now();
    },
    CertificateEncryption: class {
      generateMac = (key: string, _algorithm: string, text: string) =>
        createHmac("sha256", Buffer.from(key, "base64")).update(text).digest("base64");
    },
    sn_ws: {
      RESTMessageV2: class {
        setEndpoint = () => undefined;
        setHttpMethod = () => undefined;
        setRequestHeader = (name: string, value: string) => {
          sent.headers[name] = value;
        };
        setRequestBody = (body: string) => {
          sent.body = body;
        };
        executeAsync = () => undefined;
      },
    },
  });
  expect(verify(sent)).toEqual(JSON.parse(recipeOf("servicenow-script").block("delivery") ?? ""));
});

test("the n8n node signs what the library verifies", () => {
  const script = recipeOf("standard-webhooks").block("n8n") ?? "";
  const results: unknown = runInNewContext(`(() => {${script}})()`, {
    require: () => ({ createHmac }),
    Buffer,
    $env: { LICENSE_RELAY_SECRET: SECRET },
    $json: { requestId: "change-17" },
    $execution: { id: "231" },
  });
  const fields = { id: z.string(), timestamp: z.string(), signature: z.string(), body: z.string() };
  const [item] = z.tuple([z.object({ json: z.object(fields) })]).parse(results);
  const { id, timestamp, signature, body } = item.json;
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  expect(verify({ headers, body })).toEqual({ requestId: "change-17" });
});
