import { z } from "zod";

import { isMap } from "../amqp/decode.ts";
import * as encode from "../amqp/encode.ts";
import { BrokerError } from "../entity/brokerError.ts";
import type { Entity } from "../entity/namespace.ts";
import { operations } from "./managementOperations.ts";
import type { Answer, Request } from "./request.ts";
import type { ServerContext } from "./serverContext.ts";
import { toBrokerError } from "./toBrokerError.ts";

const statusOf: ReadonlyMap<string, number> = new Map([
  ["amqp:decode-error", 400],
  ["amqp:not-allowed", 400],
  ["amqp:resource-limit-exceeded", 403],
  ["amqp:not-found", 404],
  ["com.microsoft:message-not-found", 404],
  ["com.microsoft:message-lock-lost", 410],
  ["com.microsoft:session-lock-lost", 410],
  ["amqp:not-implemented", 501],
]);

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const run = (request: Request, entity: Entity, context: ServerContext): Buffer | undefined => {
  const name = text(request.properties.get("operation"));
  const operation = operations.get(name ?? "");
  if (operation === undefined)
    throw new BrokerError("amqp:not-implemented", `The local Service Bus has no operation '${name ?? ""}'.`);
  const linkName = text(request.properties.get("associated-link-name"));
  const body = isMap(request.body) ? Object.fromEntries(request.body) : {};
  try {
    return operation({ entity, linkName, context })(body);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new BrokerError("amqp:decode-error", `Cannot read the request ${name}: ${z.prettifyError(error)}`);
  }
};

/** Answers a request to an entity's $management node. */
export const manage = (request: Request, entity: Entity, context: ServerContext): Answer => {
  try {
    const body = run(request, entity, context);
    return body === undefined
      ? { properties: { statusCode: encode.int(204), statusDescription: encode.string("No Content") } }
      : { properties: { statusCode: encode.int(200), statusDescription: encode.string("OK") }, body };
  } catch (error) {
    const { condition, message } = toBrokerError(error);
    return {
      properties: {
        statusCode: encode.int(statusOf.get(condition) ?? 500),
        statusDescription: encode.string(message),
        errorCondition: encode.symbol(condition),
      },
    };
  }
};
