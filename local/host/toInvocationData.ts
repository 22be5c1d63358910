import type { ServiceBusReceivedMessage } from "@azure/service-bus";

import type { InvocationData } from "./invoke.ts";
import { overrideMetadata, toTriggerMetadata } from "./toTriggerMetadata.ts";

export interface BodyOptions {
  readonly bindingName: string;
  readonly isBinary: boolean;
}

const isDataSections = (content: unknown): content is readonly Uint8Array[] =>
  Array.isArray(content) && content.every((part) => part instanceof Uint8Array);

// The SDK must not have parsed the body: it is bytes, except in an AMQP value section
const readBody = ({ body, _rawAmqpMessage }: ServiceBusReceivedMessage, isBinary: boolean): Buffer => {
  const content: unknown = body;
  const { bodyType } = _rawAmqpMessage;
  // .NET takes a message without a body, and one with the value null, for one without bytes
  if (content === null || content === undefined) return Buffer.alloc(0);
  // The extension makes a text of such a value, and no bytes of any value
  if (bodyType === "value" && typeof content === "string" && !isBinary) return Buffer.from(content);
  if (bodyType !== "value" && bodyType !== "sequence") {
    if (content instanceof Uint8Array) return Buffer.from(content);
    if (isDataSections(content)) return Buffer.concat(content);
  }
  throw new TypeError(
    `Cannot read the body: it is an AMQP ${bodyType ?? "data"} section without a text; send bytes`,
  );
};

/** A message as the worker gets it. @throws {TypeError} for a body that Azure cannot hand over either */
export const toInvocationData = (
  message: ServiceBusReceivedMessage,
  { bindingName, isBinary }: BodyOptions,
): InvocationData => {
  const bytes = readBody(message, isBinary);
  const metadata = toTriggerMetadata(message);
  if (isBinary) return { inputData: [{ name: bindingName, data: { bytes } }], triggerMetadata: metadata };
  const string = bytes.toString("utf8");
  return {
    inputData: [{ name: bindingName, data: { string } }],
    triggerMetadata: overrideMetadata(metadata, string),
  };
};
