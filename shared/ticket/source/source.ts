import { z } from "zod";

import { guid } from "../../request/guid.ts";
import { atLeast, atMost } from "../../request/length.ts";
import { profileOf, profiles, type FieldMap, type MapField, type Profile } from "../in/profiles.ts";
import type { Scheme } from "../in/scheme.ts";
import { callbackTemplateNames } from "../out/callbackTemplates.ts";

const names = <T extends string>(table: Readonly<Record<T, unknown>>): readonly T[] =>
  // Object.keys() knows no more than "text"; the table is closed
  Object.keys(table).filter((name): name is T => Object.hasOwn(table, name));

const secretName = z
  .string("must be the name of a secret in Key Vault")
  .regex(
    /^[A-Za-z0-9-]{1,127}$/,
    "must be the name of a secret in Key Vault, not the secret itself: 1 to 127 letters, digits and hyphens",
  );

const expression = z
  .string("must be a JSONata expression, as text")
  .check(atLeast(1, "must not be empty"), atMost(4000));
const mapField = expression.exactOptional();
const fieldName = z
  .string("must be the name of a field")
  .check(atLeast(1, "must not be empty"), atMost(200))
  .exactOptional();

const host = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i,
    'must be a host name such as "acme.zendesk.com"',
  )
  .toLowerCase();

const table = (what: string) =>
  z.record(z.string(), guid(`must be ${what}, a GUID`), "must be an object of names and GUIDs").default({});

// Placeholders stand in for what is not known yet, so that the rest can be checked
const fillIn = (template: string): string => template.replaceAll("{ticketId}", "1");
const callbackUrl = z
  .string()
  .check(atMost(2048))
  .refine(
    (value) => URL.canParse(fillIn(value)) && /^https?:$/.test(new URL(fillIn(value)).protocol),
    'must be a web address such as "https://desk.example.com/hooks/license-relay"; {ticketId} stands for the id of the ticket',
  );

/** A file of tickets/: one sender of tickets. */
export const SourceFile = z
  .strictObject({
    $schema: z.string().exactOptional(),
    profile: z
      .enum(names(profiles), `must be one of ${names(profiles).join(", ")}`)
      .describe("Which ticketing system: how it signs, and where things are in its payload"),
    system: z
      .string()
      .regex(/^[^\p{Cc}/]{1,50}$/u, "must have 1 to 50 characters, without a slash")
      .exactOptional()
      .describe("Name under which its tickets are kept; else the profile's"),
    secret: secretName.exactOptional().describe("Name of the Key Vault secret with the signing secret"),
    previousSecret: secretName
      .exactOptional()
      .describe("Name of the Key Vault secret with the secret before; used while it is there"),
    secretHeader: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,80}$/, 'must be the name of a header such as "X-Webhook-Secret"')
      .toLowerCase()
      .exactOptional()
      .describe("For senders that sign nothing: the header with the secret; else Authorization: Bearer"),
    toleranceSeconds: z
      .int()
      .min(30, "must be from 30 to 3600")
      .max(3600, "must be from 30 to 3600")
      .default(300)
      .describe("How far a signed time may be from ours"),
    escapedSignature: z
      .boolean()
      .default(false)
      .describe("Autotask: the signature is over the body with special characters written as \\uXXXX"),
    fetchSigningKey: z
      .boolean()
      .default(false)
      .describe(
        "ConnectWise: fetch the signing key from the address that the body names; better: pin it as secret",
      ),
    signingKeyOrigins: z
      .array(z.url({ protocol: /^https$/, error: 'must be an origin such as "https://psa.example.com"' }))
      .check(atMost(20))
      .default([])
      .describe("ConnectWise on premises: origins that a signing key may be fetched from"),
    fields: z
      .strictObject({
        customerId: fieldName,
        userId: fieldName,
        licensesToAssign: fieldName,
        licensesToRemove: fieldName,
      })
      .default({})
      .describe("For payloads that are the vendor's: in which of its fields things are"),
    map: z
      .strictObject({
        when: mapField,
        stopped: mapField,
        sentAt: mapField,
        requestId: mapField,
        customerId: mapField,
        userId: mapField,
        licensesToAssign: mapField,
        licensesToRemove: mapField,
        ticketId: mapField,
        ticketUrl: mapField,
        usageLocation: mapField,
        waitForSeats: mapField,
        requestedBy: mapField,
        callbackUrl: mapField,
      } satisfies Record<MapField, typeof mapField>)
      .default({})
      .describe("JSONata expressions in place of the profile's own"),
    tables: z
      .strictObject({ tenants: table("the tenant id of a customer"), skus: table("the id of a product SKU") })
      .partial()
      .default({})
      .describe("What stands in a ticket → its id; upper and lower case are the same"),
    rejectOnTicket: z
      .boolean()
      .default(false)
      .describe("Answer 202 to a bad ticket too, and say on the ticket what is wrong with it"),
    language: z.enum(["en", "de"], "must be en or de").default("en"),
    callbackUrl: callbackUrl.exactOptional().describe("Where outcomes are posted; {ticketId} is filled in"),
    callbackHosts: z
      .array(host)
      .check(atMost(50))
      .default([])
      .describe("Hosts that a callback address in a request may have"),
    callbackSecret: secretName
      .exactOptional()
      .describe("Name of the Key Vault secret (whsec_…) that callbacks are signed with"),
    callbackPreviousSecret: secretName.exactOptional(),
    callbackAuthorization: secretName
      .exactOptional()
      .describe("Name of the Key Vault secret with the value of the Authorization header of callbacks"),
    callbackTemplate: z
      .enum(callbackTemplateNames, `must be one of ${callbackTemplateNames.join(", ")}`)
      .default("standard")
      .describe("Shape of the callback"),
  })
  .superRefine((file, context) => {
    const issue = (path: string, message: string): void => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    const { scheme, needsFields, title } = profileOf(file.profile);
    if (file.secret === undefined && !file.fetchSigningKey)
      issue(
        "secret",
        "is missing; it must be the name of the Key Vault secret that deliveries are checked with",
      );
    if (file.secretHeader !== undefined && scheme.kind !== "sharedSecret")
      issue("secretHeader", `has no meaning here: ${title} signs its deliveries`);
    if (file.fetchSigningKey && file.profile !== "connectwise")
      issue("fetchSigningKey", "is for the profile connectwise alone");
    if (file.escapedSignature && file.profile !== "autotask")
      issue("escapedSignature", "is for the profile autotask alone");
    const asks = (name: "licensesToAssign" | "licensesToRemove" | "userId"): boolean =>
      file.fields[name] !== undefined || file.map[name] !== undefined;
    if (needsFields && !asks("userId"))
      issue("fields", `must name the field userId: the payload of ${title} has none of its own for it`);
    if (needsFields && !asks("licensesToAssign") && !asks("licensesToRemove"))
      issue("fields", "must name licensesToAssign or licensesToRemove, or both");
    const hasCallback = file.callbackUrl !== undefined || file.callbackHosts.length > 0;
    if (hasCallback && file.callbackSecret === undefined && file.callbackAuthorization === undefined)
      issue("callbackSecret", "is missing; callbacks need callbackSecret or callbackAuthorization");
    if (hasCallback && file.callbackTemplate === "standard" && file.callbackSecret === undefined)
      issue("callbackSecret", "is missing; a standard callback is signed with it");
    if (file.rejectOnTicket && !hasCallback)
      issue("rejectOnTicket", "needs callbackUrl: else nobody would learn of the rejection");
  });
export type SourceFile = z.infer<typeof SourceFile>;

/** One sender of tickets, ready for use. */
export interface Source extends Omit<SourceFile, "map" | "profile" | "system" | "$schema"> {
  /** Name of its file, and the last part of its address. */
  readonly name: string;
  readonly profile: Profile;
  readonly system: string;
  readonly scheme: Scheme;
  readonly map: FieldMap;
}

/** The name of a source: of its file without .json. */
export const SOURCE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/;

const schemeOf = ({ scheme }: Profile, header: string | undefined): Scheme =>
  scheme.kind === "sharedSecret" && header !== undefined && header !== scheme.header
    ? { ...scheme, header, prefix: "" }
    : scheme;

/** A file that has been checked → the source, with what its profile gives. */
export const toSource = (name: string, file: SourceFile): Source => {
  const profile = profileOf(file.profile);
  return {
    ...file,
    name,
    profile,
    system: file.system ?? profile.system,
    scheme: schemeOf(profile, file.secretHeader),
    map: { ...profile.map, ...file.map },
  };
};
