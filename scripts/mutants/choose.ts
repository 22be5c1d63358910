/** Numbers from 0 to 1, the same ones for the same seed (mulberry32, public domain). */
const makeRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** So many of a list by chance; the same seed and list give the same choice, and more of it begins with it. */
export const choose = <T>(all: readonly T[], count: number, seed: number): readonly T[] => {
  const random = makeRandom(seed);
  return all
    .map((one) => ({ one, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ one }) => one);
};
