/** JSON as text has it: fields more than once, numbers that no variable holds. */
export type JsonTree =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly JsonTree[] }
  | { readonly kind: "fields"; readonly fields: readonly (readonly [key: string, value: JsonTree])[] };

/** A value → its tree; what JSON cannot say is left out. */
export const toJsonTree = (value: unknown): JsonTree => {
  if (Array.isArray(value)) return { kind: "list", items: value.map(toJsonTree) };
  if (typeof value === "object" && value !== null) {
    const given = Object.entries(value).filter(([, field]) => field !== undefined);
    return { kind: "fields", fields: given.map(([key, field]) => [key, toJsonTree(field)]) };
  }
  return { kind: "text", text: JSON.stringify(value) ?? "null" };
};

/** A tree → JSON text. */
export const fromJsonTree = (tree: JsonTree): string => {
  switch (tree.kind) {
    case "text":
      return tree.text;
    case "list":
      return `[${tree.items.map(fromJsonTree).join(",")}]`;
    case "fields":
      return `{${tree.fields.map(([key, value]) => `${JSON.stringify(key)}:${fromJsonTree(value)}`).join(",")}}`;
    default:
      return tree satisfies never;
  }
};
