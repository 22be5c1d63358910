import type { End, Ends } from "./ends.ts";
import type { Sample } from "./sample.ts";
import type { Stage } from "./stage.ts";

/** Longer than anything in the demo takes. */
const PATIENCE_MS = 25_000;

/** A sample with its end, or with what kept it from one. */
export interface Played {
  readonly sample: Sample;
  readonly end?: End;
  readonly error?: string;
}

/** Sends one sample and follows it to its end. Never throws. */
export const play = async (sample: Sample, stage: Stage, ends: Ends): Promise<Played> => {
  try {
    await sample.send(stage);
    const { requestId, poisonId } = sample;
    const end =
      poisonId === undefined ? ends.first(requestId, PATIENCE_MS) : ends.captured(poisonId, PATIENCE_MS);
    return { sample, end: await end };
  } catch (error) {
    return { sample, error: error instanceof Error ? error.message : "unknown" };
  }
};
