import { z } from "zod";

import { readForeignJson } from "../request/readForeign.ts";
import { fromTrigger } from "./fromTrigger.ts";

const Message = z.object({ operationId: z.uuid() });

/** A message of license-operations → the id of its operation; undefined when it is none of ours. Never throws. */
export const fromOperation = (message: unknown): string | undefined => {
  const read = readForeignJson(Message, fromTrigger(message, undefined).body);
  return read.ok ? read.value.operationId : undefined;
};
