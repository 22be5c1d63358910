import { z } from "zod";

import { parseJson } from "../request/parse.ts";
import { fromTrigger } from "./fromTrigger.ts";

const Message = z.object({ operationId: z.uuid() });

/** A message of license-operations → the id of its operation; undefined when it is none of ours. Never throws. */
export const fromOperation = (message: unknown): string | undefined => {
  const json = parseJson(fromTrigger(message, undefined).body);
  return json.ok ? Message.safeParse(json.value).data?.operationId : undefined;
};
