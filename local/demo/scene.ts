import type { Ends } from "./ends.ts";
import type { Stage } from "./stage.ts";

/** What a scene shows: what became of it, and why; `problem` when that is not as it should be. */
export interface Shown {
  readonly became: string;
  readonly why: string;
  readonly remedy?: string;
  readonly problem?: string;
}

/** Something that callers and operators do with requests that have ended. The scenes build on each other. */
export interface Scene {
  readonly name: string;
  readonly asked: string;
  readonly play: (stage: Stage, ends: Ends) => Promise<Shown>;
}

/** The problem of a scene, unless it is right. */
export const wrongUnless = (isRight: boolean, sentence: string): { readonly problem?: string } =>
  isRight ? {} : { problem: sentence };
