import fc from "fast-check";
import { expect, test } from "vitest";

import { Heap, type HeapNode } from "../../local/broker/heap.ts";

test("Heap gives its values by key, and those of the same key in the order they came", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5)), (keys) => {
      const heap = new Heap<[number, number]>();
      keys.forEach((key, order) => heap.push(key, [key, order]));
      const taken = keys.map(() => heap.pop());
      expect(taken).toEqual(keys.map((key, order) => [key, order]).toSorted(([a = 0], [b = 0]) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});

test("Heap gives up a value from the middle, once", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean())), (items) => {
      const heap = new Heap<number>();
      const nodes: [HeapNode<number>, boolean][] = items.map(([key, goes]) => [heap.push(key, key), goes]);
      for (const [node] of nodes.filter(([, goes]) => goes)) {
        heap.remove(node);
        heap.remove(node);
      }
      const kept = items.filter(([, goes]) => !goes).map(([key]) => key);
      expect(kept.map(() => heap.pop())).toEqual(kept.toSorted((a, b) => a - b));
    }),
  );
});
