import { z } from "zod";

import type { AnyCause } from "../shared/outcome/anyCause.ts";
import { brokerCauses } from "../shared/outcome/brokerCauses.ts";
import { callbackCauses } from "../shared/outcome/callbackCauses.ts";
import { causeOf, causeRows, type Cause, type CauseRow } from "../shared/outcome/causes.ts";
import { requestCauses } from "../shared/outcome/requestCauses.ts";
import { LicenseRequest } from "../shared/request/schema.ts";
import { SourceFile } from "../shared/ticket/source/source.ts";
import { row } from "./markdown.ts";
import { generatedFromRooms } from "./rooms/generated.ts";
import { settingsDoc } from "./settingsDoc.ts";

const schema = (): string => {
  const generated = z.toJSONSchema(LicenseRequest, {
    io: "input",
    // In TypeScript it says "do not change this object"; in JSON Schema it would say "do not send it"
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  const document = {
    ...generated,
    title: "License request",
    description:
      'One message on the queue license-updates, and the body of POST /api/license-updates. Beyond what a schema can say: a SKU may be named only once, requestId is not "." or "..", and no text holds a lone UTF-16 surrogate.',
    anyOf: [{ required: ["licensesToAssign"] }, { required: ["licensesToRemove"] }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
};

const sourceSchema = (): string => {
  const generated = z.toJSONSchema(SourceFile, { io: "input" });
  return `${JSON.stringify({ ...generated, title: "Source of tickets", description: "One file of tickets/: a ticketing system that sends license changes." }, undefined, 2)}\n`;
};

const causeCells = ({ category, owner, meaning, remedy }: AnyCause): readonly string[] => [
  `\`${category}\``,
  owner,
  meaning,
  remedy,
];

const effects: Readonly<Record<Cause["kind"], string>> = {
  refusal: "poison",
  token: "poison; the token is read again before the next call",
  transient: "waits and calls again",
  unsure: "waits, reads the licenses back, calls again if need be",
};

const withCodes: ReadonlySet<number> = new Set(
  causeRows.filter(({ code }) => code !== undefined).map(({ status }) => status),
);

const statusCell = ({ status, code }: CauseRow): string => {
  if (code !== undefined) return `${status} / ${code}`;
  return withCodes.has(status) ? `${status}, any other code` : String(status);
};

const effectOf = ({ status, kind }: CauseRow): string =>
  status === 401 ? "calls once more with the token read afresh; then poison" : effects[kind];

const causes = (): string =>
  [
    "# Causes and remedies",
    "",
    "Made from `shared/outcome/causes.ts`, `brokerCauses.ts`, `requestCauses.ts` and `callbackCauses.ts` by `npm run docs`; do not edit by hand.",
    "",
    "A poison message carries the category in its property `Category`, and the owner and the remedy beside it. **Owner** is who can set it right.",
    "",
    "## Answers of Partner Center",
    "",
    row(["Status / code", "Category", "Owner", "What happened", "What to do", "What the relay does"]),
    row(["---", "---", "---", "---", "---", "---"]),
    ...causeRows.map((cause) => row([statusCell(cause), ...causeCells(cause), effectOf(cause)])),
    "",
    "A status that is not in the table is decided by its class: 4xx is poison (`rejected`), 3xx is poison (`unexpected-answer`), 5xx waits (`service-error`).",
    "",
    `A success needs evidence: 200 or 201 with a license update in the body and no error code. After any other 2xx, or a body that cannot be read, the relay waits, reads the user's licenses back, and calls once more if they do not show the change; after the second such answer it reads them once more (when they cannot be read, the description says so), and then:`,
    "",
    row(["Status", "Category", "Owner", "What happened", "What to do", "What the relay does"]),
    row(["---", "---", "---", "---", "---", "---"]),
    row([
      "2xx without evidence",
      ...causeCells(causeOf(200, undefined)),
      "poison, with the beginning of the answer in the description",
    ]),
    "",
    "A call without any answer (connection refused, time-out) waits and is repeated under the same `MS-RequestId`; when it may have been applied, the user's licenses are read back first.",
    "",
    "## Messages that never reached Partner Center, or were given up",
    "",
    row(["Category", "Owner", "What happened", "What to do"]),
    row(["---", "---", "---", "---"]),
    ...brokerCauses.map((cause) => row(causeCells(cause))),
    "",
    "## Requests that are refused for a reason of their own",
    "",
    row(["Category", "Owner", "What happened", "What to do"]),
    row(["---", "---", "---", "---"]),
    ...Object.values(requestCauses).map((cause) => row(causeCells(cause))),
    "",
    "## Outcomes that a ticket could not be told (kind `callback`)",
    "",
    row(["Category", "Owner", "What happened", "What to do"]),
    row(["---", "---", "---", "---"]),
    ...Object.values(callbackCauses).map((cause) => row(causeCells(cause))),
    "",
  ].join("\n");

/** What is made from the code: file name → text. */
export const generatedDocs = (): ReadonlyMap<string, string> =>
  new Map([
    ["docs/license-request.schema.json", schema()],
    ["docs/ticket-source.schema.json", sourceSchema()],
    ["docs/causes.md", causes()],
    ["docs/settings.md", settingsDoc()],
    ...generatedFromRooms(),
  ]);
