import { createHash } from "node:crypto";

import type { LicenseRequest } from "../../request/schema.ts";

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonical(part)]),
  );
};

/**
 * SHA-256 (hex) of what a request asks for, whatever the order of its fields and the spelling of its ids: two bodies
 * with the same digest are the same request.
 */
export const digestOf = (request: LicenseRequest): string =>
  createHash("sha256")
    .update(JSON.stringify(canonical(request)))
    .digest("hex");
