import { expect, test, vi } from "vitest";

import type { Answer } from "../../local/partner-center/answer.ts";
import { createReplayMemory } from "../../local/partner-center/replayMemory.ts";

const bounds = { replayWindowMs: 1000, replayMaxEntries: 2 };
const answering = (status: number) => vi.fn<() => Promise<Answer>>(() => Promise.resolve({ status }));

test("run() gives a repeat the first answer until the window is over", async () => {
  const memory = createReplayMemory(() => bounds);
  await memory.run("a", 0, answering(201));
  const second = answering(400);
  expect(await memory.run("a", 999, second)).toEqual({ status: 201 });
  expect(second).not.toHaveBeenCalled();
  expect(await memory.run("a", 1000, second)).toEqual({ status: 400 });
});

test("run() forgets the oldest when there are too many", async () => {
  const memory = createReplayMemory(() => bounds);
  for (const key of ["a", "b", "c"]) await memory.run(key, 0, answering(201));
  expect(await memory.run("c", 1, answering(400))).toEqual({ status: 201 });
  expect(await memory.run("a", 1, answering(400))).toEqual({ status: 400 });
});

test("run() does not remember what failed", async () => {
  const memory = createReplayMemory(() => bounds);
  await expect(memory.run("a", 0, () => Promise.reject(new Error("stopped")))).rejects.toThrow("stopped");
  expect(await memory.run("a", 1, answering(201))).toEqual({ status: 201 });
});
