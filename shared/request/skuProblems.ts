import type { z } from "zod";

interface Place {
  readonly skuId: string;
  readonly path: (string | number)[];
}

const LISTS = ["licensesToAssign", "licensesToRemove"] as const;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const listOf = (value: unknown, key: string): readonly unknown[] => {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
};

/** How an entry names its SKU, and under which field. */
const namedBy = (entry: unknown): { readonly name: unknown; readonly field: (string | number)[] } => {
  if (!isRecord(entry)) return { name: entry, field: [] };
  return entry["sku"] === undefined
    ? { name: entry["skuId"], field: ["skuId"] }
    : { name: entry["sku"], field: ["sku"] };
};

const placesOf = (body: unknown): readonly Place[] =>
  LISTS.flatMap((list) =>
    listOf(body, list).flatMap((entry, index) => {
      const { name, field } = namedBy(entry);
      return typeof name === "string"
        ? [{ skuId: name.trim().toLowerCase(), path: [list, index, ...field] }]
        : [];
    }),
  );

/** An assignment has one name, neither none nor two. */
const addNameProblems = (body: unknown, context: z.RefinementCtx): void => {
  for (const [index, entry] of listOf(body, "licensesToAssign").entries()) {
    if (!isRecord(entry)) continue;
    const path = ["licensesToAssign", index, "skuId"];
    if (entry["skuId"] === undefined && entry["sku"] === undefined) {
      const message =
        'is missing; it must be the id of a product SKU, a GUID such as "05e9a617-0261-4cee-bb44-138d3ef5d965", or sku must name the product';
      context.addIssue({ code: "custom", path, message });
    }
    if (entry["skuId"] !== undefined && entry["sku"] !== undefined)
      context.addIssue({ code: "custom", path, message: "must not be given together with sku" });
  }
};

/**
 * What no single field can tell: nothing asked for, or one SKU named more than once.
 * Runs also when other fields are wrong, so that one answer names all problems; hence the unknown.
 */
export const addSkuProblems = (body: unknown, context: z.RefinementCtx): void => {
  addNameProblems(body, context);
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
