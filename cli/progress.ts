import { Presets, SingleBar } from "cli-progress";

import type { Output } from "./io.ts";

export interface Progress {
  readonly update: (done: number, total: number) => void;
  readonly stop: () => void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on standard error, on a terminal only: standard output is for the result. */
export const startProgress = (err: Output, what: string): Progress => {
  if (!err.isTerminal) return silent;
  const bar = new SingleBar(
    { format: `${what} {bar} {value}/{total}`, hideCursor: true, stream: process.stderr },
    Presets.shades_classic,
  );
  bar.start(1, 0);
  return {
    update: (done, total) => {
      bar.setTotal(Math.max(1, total));
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
};
