const pairsOf = (text: string): readonly string[] =>
  Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2));

/** How much two texts have in common, from 0 to 1: the Sørensen-Dice coefficient of their pairs of letters. */
const likeness = (a: string, b: string): number => {
  const left = pairsOf(a);
  const right = [...pairsOf(b)];
  const all = left.length + right.length;
  if (all === 0) return a === b ? 1 : 0;
  let shared = 0;
  for (const pair of left) {
    const at = right.indexOf(pair);
    if (at === -1) continue;
    right.splice(at, 1);
    shared += 1;
  }
  return (2 * shared) / all;
};

/** Letter case and spacing do not count. */
export const normalized = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]+/g, "");

/** The `count` items whose names are nearest to what was written, nearest first. */
export const closest = <T>(
  written: string,
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
  count: number,
): readonly T[] => {
  const wanted = normalized(written);
  const scored = items.map((item) => ({
    item,
    score: Math.max(...namesOf(item).map((name) => likeness(wanted, normalized(name)))),
  }));
  return scored
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ item }) => item);
};
