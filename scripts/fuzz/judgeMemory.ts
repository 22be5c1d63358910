const MIB = 1024 * 1024;
/** Fewer say nothing: caches are still filling up. */
const SAMPLES_MIN = 16;
const GROWTH_MIB = 8;
const GROWTH_SHARE = 0.1;

export interface MemoryVerdict {
  readonly isFlat: boolean;
  readonly sentence: string;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * Heap sizes after garbage collection, in bytes and in order: flat when the last quarter's median is not well above the
 * second quarter's. The first is left to caches and compiled code.
 */
export const judgeMemory = (samples: readonly number[]): MemoryVerdict => {
  const quarter = Math.floor(samples.length / 4);
  const secondMiB = median(samples.slice(quarter, 2 * quarter)) / MIB;
  const lastMiB = median(samples.slice(3 * quarter)) / MIB;
  const isFlat =
    samples.length < SAMPLES_MIN || lastMiB - secondMiB <= Math.max(GROWTH_MIB, secondMiB * GROWTH_SHARE);
  const sizes = `${secondMiB.toFixed(1)} → ${lastMiB.toFixed(1)} MiB`;
  return {
    isFlat,
    sentence:
      samples.length < SAMPLES_MIN
        ? `heap after collection: ${((samples.at(-1) ?? 0) / MIB).toFixed(1)} MiB; too short a run to judge its growth`
        : `heap after collection, second quarter → last: ${sizes}`,
  };
};
