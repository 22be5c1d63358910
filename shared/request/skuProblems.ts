import type { z } from "zod";

interface Place {
  readonly skuId: string;
  readonly path: (string | number)[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown, key: string): readonly unknown[] => {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
};

const placesOf = (body: unknown): readonly Place[] => {
  const assigned = listOf(body, "licensesToAssign").map((entry, index) => ({
    skuId: isRecord(entry) ? entry["skuId"] : undefined,
    path: ["licensesToAssign", index, "skuId"],
  }));
  const removed = listOf(body, "licensesToRemove").map((skuId, index) => ({
    skuId,
    path: ["licensesToRemove", index],
  }));
  return [...assigned, ...removed].flatMap(({ skuId, path }) =>
    typeof skuId === "string" ? [{ skuId: skuId.toLowerCase(), path }] : [],
  );
};

/**
 * What no single field can tell: nothing asked for, or one SKU named more than once.
 * Runs also when other fields are wrong, so that one answer names all problems; hence the unknown.
 */
export const addSkuProblems = (body: unknown, context: z.RefinementCtx): void => {
  if (isRecord(body) && body["licensesToAssign"] === undefined && body["licensesToRemove"] === undefined) {
    context.addIssue({ code: "custom", message: "must have licensesToAssign or licensesToRemove, or both" });
  }
  const seen = new Map<string, string>();
  for (const { skuId, path } of placesOf(body)) {
    const first = seen.get(skuId);
    if (first === undefined) seen.set(skuId, path.join("/"));
    else {
      context.addIssue({
        code: "custom",
        path,
        message: `names the same SKU as /${first}; name each SKU once`,
      });
    }
  }
};
