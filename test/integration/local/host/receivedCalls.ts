import { z } from "zod";

import type { LogEntry } from "../../../../local/host/startHost.ts";

const Call = z.object({
  what: z.enum(["begin", "end"]),
  body: z.unknown(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** What a function of the fixture app told of one call. */
export interface ReceivedCall extends z.infer<typeof Call> {
  readonly functionName: string;
}

const parse = ({ message, category, functionName = "" }: LogEntry): ReceivedCall[] => {
  if (category !== "user") return [];
  return [{ ...Call.parse(JSON.parse(message)), functionName }];
};

/** The calls of one function, in their order. */
export const receivedCalls = (entries: readonly LogEntry[], functionName: string): ReceivedCall[] =>
  entries.filter((entry) => entry.functionName === functionName).flatMap(parse);
