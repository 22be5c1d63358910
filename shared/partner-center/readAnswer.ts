import { z } from "zod";

import type { LicenseWarning } from "../outcome/answer.ts";
import { present } from "../present.ts";
import { parseJson } from "../request/parseJson.ts";
import { readForeign } from "../request/readForeign.ts";
import { noErrorOfChange } from "./noError.ts";

/** What a body says, whichever of the known shapes it has. */
export interface AnswerBody {
  readonly code?: number;
  readonly description?: string;
  readonly warnings: readonly LicenseWarning[];
  /** False when it is neither empty nor JSON, or has a name twice, in two casings. */
  readonly readable: boolean;
  /** It is a license update and no error. */
  readonly confirms?: true;
}

const DESCRIPTION_MAX = 1024;

// Nine digits at most, as in the text form and in a filter: what is no such number is no code, and the ledger has no
// room for it
const errorCode = z
  .union([
    z.int().min(0).max(999_999_999),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);
const words = z.string().optional().catch(undefined);

/**
 * Partner Center's services say {code, description}, the gateway before them {statusCode, message}; {error: {code,
 * message}} is how Microsoft Graph says it. That and errorCode are read as well, though nobody documents them of Partner
 * Center.
 * https://learn.microsoft.com/partner-center/developer/error-codes
 * https://learn.microsoft.com/partner-center/developer/api-throttling-guidance
 */
const ErrorBody = z.object({
  code: errorCode,
  errorcode: errorCode,
  description: words,
  message: words,
  error: z.object({ code: errorCode, message: words }).optional().catch(undefined),
});

const Warning = z.object({
  code: z.coerce.string().catch(""),
  message: z.string().catch(""),
  serviceplans: z.array(z.string()).catch([]),
});
const SuccessBody = z.object({ licensewarnings: z.array(Warning).catch([]) });

/**
 * The fields of a LicenseUpdate. No empty answer to one is documented: the sample has all but licensesToRemove, which
 * was null in the request.
 * https://learn.microsoft.com/partner-center/developer/license-resources
 * https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user
 */
const list = z.array(z.unknown()).nullable();
const LicenseUpdate = z.union([
  z.object({ licensestoassign: list }),
  z.object({ licensestoremove: list }),
  z.object({ licensewarnings: list }),
  z.object({ attributes: z.object({ objecttype: z.literal("LicenseUpdate") }) }),
]);

const NoError = z.object(noErrorOfChange);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether an object in it has names that differ in their casing alone: which of them counts, nobody can tell. */
const hasTwins = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.some(hasTwins);
  if (!isRecord(value)) return false;
  const names = Object.keys(value);
  const lower = new Set(names.map((name) => name.toLowerCase()));
  return lower.size < names.length || Object.values(value).some(hasTwins);
};

/** Field names in lower case: Partner Center's casing differs between its pages and its answers. */
const lowerKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lowerKeys(inner)]),
  );
};

const entities: ReadonlyMap<string, string> = new Map([
  ["&#39;", "'"],
  ["&apos;", "'"],
  ["&quot;", '"'],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&amp;", "&"],
]);

/** A description as one line of text for people. */
const forDisplay = (text: string): string =>
  text
    .replaceAll(/&(?:#39|apos|quot|lt|gt|amp);/g, (entity) => entities.get(entity) ?? entity)
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, DESCRIPTION_MAX)
    .toWellFormed();

/**
 * Bytes → JSON, or undefined when they are not JSON, or have a name twice. A byte-order mark is skipped: not documented, but Microsoft's
 * samples have room for one (136 bytes of JSON under Content-Length 139). Harmless when there is none.
 * https://learn.microsoft.com/partner-center/developer/assign-licenses-to-a-user
 */
export const readJson = (bytes: Uint8Array): unknown => {
  const json = parseJson(new TextDecoder().decode(bytes));
  return json.ok && !hasTwins(json.value) ? lowerKeys(json.value) : undefined;
};

/** The body of an answer → what it says. Never throws: what cannot be read says nothing. */
export const readAnswerBody = (bytes: Uint8Array): AnswerBody => {
  if (bytes.length === 0) return { warnings: [], readable: true };
  const json = readJson(bytes);
  if (!isRecord(json)) return { warnings: [], readable: false };
  const failure = readForeign(ErrorBody, json);
  const success = readForeign(SuccessBody, json);
  if (!failure.ok || !success.ok) return { warnings: [], readable: false };
  const error = failure.value;
  const found = error.code ?? error.errorcode ?? error.error?.code;
  const description = error.description ?? error.message ?? error.error?.message;
  const warnings = success.value.licensewarnings;
  const confirms = readForeign(LicenseUpdate, json).ok && readForeign(NoError, json).ok;
  return {
    ...present({ code: found }),
    ...(description === undefined ? {} : { description: forDisplay(description) }),
    warnings: warnings.map(({ code, message, serviceplans }) => ({
      code,
      message,
      servicePlans: serviceplans,
    })),
    readable: true,
    ...(confirms ? { confirms } : {}),
  };
};
