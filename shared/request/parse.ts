import { readForeign, readForeignJson, type Problem } from "./readForeign.ts";
import { LicenseRequest } from "./schema.ts";

export type { Problem };

export type Parsed =
  | { readonly ok: true; readonly request: LicenseRequest }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Untrusted data → request, or everything that is wrong with it. Never throws. */
export const parseRequest = (body: unknown): Parsed => {
  const read = readForeign(LicenseRequest, body);
  return read.ok ? { ok: true, request: read.value } : read;
};

/** Bytes of JSON → request, or everything that is wrong with them. Never throws. */
export const parseRequestBytes = (bytes: Uint8Array): Parsed => {
  const read = readForeignJson(LicenseRequest, bytes);
  return read.ok ? { ok: true, request: read.value } : read;
};
