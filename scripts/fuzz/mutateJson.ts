import { hostileJson, hostileKeys } from "./hostile.ts";
import type { JsonTree } from "./jsonTree.ts";
import type { Random } from "./random.ts";

type Fields = Extract<JsonTree, { kind: "fields" }>["fields"];

const text = (json: string): JsonTree => ({ kind: "text", text: json });
const hostile = (random: Random): JsonTree => text(hostileJson(random));

const without = <T>(list: readonly T[], at: number): readonly T[] => list.filter((_, index) => index !== at);

const changeFields = (fields: Fields, random: Random): Fields => {
  const at = random.below(fields.length);
  const [key, value] = fields[at] ?? ["a", text("1")];
  switch (random.below(6)) {
    case 0:
      return without(fields, at);
    // Twice: with the same value, or with another one
    case 1:
      return [...fields, [key, random.chance(0.5) ? value : hostile(random)]];
    case 2:
      return fields.with(at, [random.pick(hostileKeys), value]);
    case 3:
      return [...fields, [random.pick(hostileKeys), hostile(random)]];
    case 4:
      return fields.with(at, [random.chance(0.5) ? key.toUpperCase() : ` ${key}`, value]);
    default:
      return fields.with(at, [key, hostile(random)]);
  }
};

const changeItems = (items: readonly JsonTree[], random: Random): readonly JsonTree[] => {
  const at = random.below(items.length);
  switch (random.below(4)) {
    case 0:
      return without(items, at);
    case 1:
      return [...items, ...items];
    case 2:
      return [...items, hostile(random)];
    default:
      return items.with(at, hostile(random));
  }
};

const wrap = (tree: JsonTree, random: Random): JsonTree => {
  switch (random.below(8)) {
    case 0:
      return { kind: "list", items: [tree] };
    case 1:
      return { kind: "fields", fields: [[random.pick(hostileKeys), tree]] };
    default:
      return hostile(random);
  }
};

/** A tree with one thing changed, somewhere in it. */
export const mutateJson = (tree: JsonTree, random: Random): JsonTree => {
  // Deeper more often than not: the top alone teaches little
  const goesDeeper = random.chance(0.7);
  switch (tree.kind) {
    case "text":
      return wrap(tree, random);
    case "list": {
      if (tree.items.length === 0) return wrap(tree, random);
      const at = random.below(tree.items.length);
      const item = tree.items[at];
      const items =
        goesDeeper && item !== undefined
          ? tree.items.with(at, mutateJson(item, random))
          : changeItems(tree.items, random);
      return { kind: "list", items };
    }
    case "fields": {
      if (tree.fields.length === 0) return wrap(tree, random);
      if (!goesDeeper) {
        if (random.chance(0.03)) return wrap(tree, random);
        return { kind: "fields", fields: changeFields(tree.fields, random) };
      }
      const at = random.below(tree.fields.length);
      const field = tree.fields[at];
      if (field === undefined) return tree;
      return { kind: "fields", fields: tree.fields.with(at, [field[0], mutateJson(field[1], random)]) };
    }
    default:
      return tree satisfies never;
  }
};
