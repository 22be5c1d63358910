import { createRequire } from "node:module";

/**
 * Azurite's table service in a process of its own: it is large, and it must not share a loop with what it serves.
 * It ends with its parent, however that ends; told to shut down, it writes its data first.
 */
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  // Azurite closes on it, and nothing else keeps the process
  if (message === "shutdown") process.channel?.unref();
});
const MAIN = import.meta.resolve("azurite/dist/src/table/main.js");

/** Keys that begin with a time are each a row's own; all others are the same in many partitions. */
const IS_OWN = /^\d{13}~/;

/**
 * Azurite looks a row up by its RowKey alone first, and then goes through all that have it: with the same few RowKeys in
 * every partition, each call takes as long as the table is. Its store takes the fields in the order in which they are
 * asked for: the partition goes first where that tells more.
 */
const lookUpByPartition = (): void => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Azurite's store has no types
  const { prototype } = (createRequire(MAIN)("lokijs") as Loki).Collection;
  const findOne: unknown = Reflect.get(prototype, "findOne");
  if (typeof findOne !== "function") return;
  prototype.findOne = function findByPartition(query) {
    const { RowKey, PartitionKey, ...rest } = query ?? {};
    const isOwn = typeof RowKey !== "string" || PartitionKey === undefined || IS_OWN.test(RowKey);
    return Reflect.apply(findOne, this, [isOwn ? query : { PartitionKey, RowKey, ...rest }]);
  };
};

interface Loki {
  readonly Collection: {
    readonly prototype: {
      findOne(this: unknown, query: Readonly<Record<string, unknown>> | undefined): unknown;
    };
  };
}

lookUpByPartition();
await import(MAIN);
