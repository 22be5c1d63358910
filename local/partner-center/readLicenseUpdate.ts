import { z } from "zod";

import { guid } from "../../shared/request/guid.ts";
import { good, refused, type Answer, type Checked } from "./answer.ts";
import { refuse } from "./documentedErrors.ts";

/** What is to be assigned: the SKU, and the plans that shall be off. */
export interface LicenseAssignment {
  readonly skuId: string;
  readonly excludedPlans: readonly string[];
}

/** A change of one user's licenses. Ids are in lower case. */
export interface LicenseUpdate {
  readonly assigned: readonly LicenseAssignment[];
  readonly removed: readonly string[];
}

const id = guid();
const Body = z.object({
  licensestoassign: z.array(z.object({ skuid: id, excludedplans: z.array(id).nullish() })).nullish(),
  licensestoremove: z.array(id).nullish(),
});

/** Field names in lower case: camelCase and PascalCase are both accepted. */
const lowerKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lowerKeys(inner)]),
  );
};

/** Bytes → JSON whose field names are in lower case; undefined for what is no JSON. */
export const readJson = (bytes: Buffer): unknown => {
  try {
    return lowerKeys(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
};

/** The refusal of a body that has the wrong shape. */
export const invalidProperty = ({ issues }: z.ZodError): Answer =>
  refuse(400, 3000, { description: `The property "${issues[0]?.path.join(".") ?? ""}" is invalid.` });

/** The body of licenseupdates → what it asks for. */
export const readLicenseUpdate = (bytes: Buffer): Checked<LicenseUpdate> => {
  const json = readJson(bytes);
  if (typeof json !== "object" || json === null) return refused(refuse(400, 800002));
  const { success, data, error } = Body.safeParse(json);
  if (!success) return refused(invalidProperty(error));
  const { licensestoassign, licensestoremove } = data;
  return good({
    assigned: (licensestoassign ?? []).map(({ skuid, excludedplans }) => ({
      skuId: skuid,
      excludedPlans: excludedplans ?? [],
    })),
    removed: licensestoremove ?? [],
  });
};
