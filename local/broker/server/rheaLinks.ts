import type { Socket } from "node:net";

import rhea, {
  type Connection,
  type Container,
  type Delivery,
  type EventContext,
  type link as Link,
  type Receiver,
  type Sender,
} from "rhea";

import type { BrokerError } from "../entity/brokerError.ts";

/**
 * What rhea does not offer in its types, or at all, for a broker. Everything that knows its insides is here.
 */

/** rhea decodes a message of format 0, and its bytes are lost; with any other format it hands them over. */
const RAW_FORMAT = 0xffff_fffe;
const FRAME_BYTES = 65_536;
/** The service's own. */
const IDLE_TIMEOUT_MS = 120_000;
const SENDER_CREDIT = 1000;
const SETTLED = 1;

const settings = {
  port: 0,
  max_frame_size: FRAME_BYTES,
  idle_time_out: IDLE_TIMEOUT_MS,
  sender_options: { autosettle: false, treat_modified_as_released: false },
};

const call = (target: object, method: string, ...args: readonly unknown[]): void => {
  const value: unknown = Reflect.get(target, method);
  if (typeof value !== "function") throw new TypeError(`Cannot use this version of rhea: no ${method}()`);
  Reflect.apply(value, target, args);
};

const objectAt = (target: object, name: string): object => {
  const value: unknown = Reflect.get(target, name);
  if (typeof value !== "object" || value === null)
    throw new TypeError(`Cannot use this version of rhea: no object "${name}"`);
  return value;
};

const numberAt = (target: object, name: string): number => {
  const value: unknown = Reflect.get(target, name);
  if (typeof value !== "number") throw new TypeError(`Cannot use this version of rhea: no number "${name}"`);
  return value;
};

/**
 * Takes two SASL mechanisms. Neither proves anything: who somebody is, the token on $cbs says. The .NET client has
 * MSSBCBS alone, which is ANONYMOUS by another name:
 * https://github.com/Azure/azure-sdk-for-net/blob/70a8b70e2324dfc47889b63938984ec08f79eb60/sdk/servicebus/Azure.Messaging.ServiceBus/src/Amqp/AmqpConnectionScope.cs
 */
const offerMechanisms = (container: Container): void => {
  const mechanisms = objectAt(container, "sasl_server_mechanisms");
  call(mechanisms, "enable_anonymous");
  Reflect.set(mechanisms, "MSSBCBS", Reflect.get(mechanisms, "ANONYMOUS"));
};

/** Speaks AMQP on the socket; what the peer sends arrives as bytes. */
export const acceptConnection = (
  socket: Socket,
  containerId: string,
  maxMessageBytes: number,
): Connection => {
  const container = rhea.create_container({ id: containerId });
  offerMechanisms(container);
  const connection = container.create_connection({
    ...settings,
    receiver_options: { autoaccept: false, credit_window: SENDER_CREDIT, max_message_size: maxMessageBytes },
  });
  const transfer: unknown = Reflect.get(connection, "on_transfer");
  if (typeof transfer !== "function")
    throw new TypeError("Cannot use this version of rhea: no on_transfer()");
  connection["on_transfer"] = (frame: object): void => {
    const performative = objectAt(frame, "performative");
    if (!Reflect.get(performative, "message_format")) Reflect.set(performative, "message_format", RAW_FORMAT);
    Reflect.apply(transfer, connection, [frame]);
  };
  call(connection, "accept", socket);
  // rhea hears of an end by its peer only; one by ourselves must stop its timers too
  socket.once("close", () => call(connection, "_disconnected"));
  return connection;
};

/** Takes back the answer to an attach that rhea is about to give; `open()` gives it later. */
export const holdAttach = (sender: Sender): void => {
  const state = objectAt(sender, "state");
  Reflect.set(state, "local_open", false);
  Reflect.set(state, "open_requests", numberAt(state, "open_requests") - 1);
};

/** Answers an attach with these properties. */
export const setAttachProperties = (link: Link, properties: object): void => {
  Reflect.set(objectAt(objectAt(link, "local"), "attach"), "properties", properties);
};

/** Answers an attach with the settle modes that were asked for; sends settled when that is one of them. */
export const echoSettleModes = (link: Link): void => {
  const attach = objectAt(objectAt(link, "local"), "attach");
  Reflect.set(attach, "snd_settle_mode", link.snd_settle_mode);
  Reflect.set(attach, "rcv_settle_mode", link.rcv_settle_mode);
};

/**
 * Answers the attach of a peer that wants to send settled with its agreement. Without it the .NET client sends its
 * requests unsettled, all of them with an empty delivery tag, and cannot have two of them under way:
 * https://github.com/Azure/azure-amqp/blob/a95b400e350d67f550b921432d33a878b88d7516/src/RequestResponseAmqpLink.cs
 */
export const agreeToSettled = (receiver: Receiver): void => {
  if (receiver.snd_settle_mode !== SETTLED) return;
  Reflect.set(objectAt(objectAt(receiver, "local"), "attach"), "snd_settle_mode", SETTLED);
};

/** How many deliveries the peer has allowed on this link since it was attached. */
export const allowedDeliveries = (sender: Sender): number =>
  numberAt(sender, "credit") + numberAt(sender, "delivery_count");

const error = ({ condition, message }: BrokerError): { condition: string; description: string } => ({
  condition,
  description: message,
});

const accepted: unknown = rhea.types.described(rhea.types.wrap_ulong(0x24), rhea.types.wrap_list([]));
const rejected = (cause: BrokerError): unknown =>
  rhea.types.described(
    rhea.types.wrap_ulong(0x25),
    rhea.types.wrap_list([rhea.types.wrap_error(error(cause))]),
  );

/**
 * Ends a delivery that the peer wants to settle, well or with an error. The peer sends nothing more about it, which
 * rhea would wait for, and its buffer would fill up.
 */
export const endDelivery = (delivery: Delivery, cause?: BrokerError): void => {
  delivery.update(true, cause === undefined ? accepted : rejected(cause));
  Reflect.set(delivery, "remote_settled", true);
};

/** Ends each delivery of a link as soon as the peer has taken it: else its session would be full some day. */
export const settleWhatIsTaken = (sender: Sender): void => {
  sender.on("accepted", ({ delivery }: EventContext) => {
    if (delivery !== undefined) endDelivery(delivery);
  });
};

/** 64-bit numbers must not go through a JavaScript number that looks like a small one. */
export const long = (value: number): unknown => rhea.types.wrap_long(value);

export const closeLink = (link: Receiver | Sender, cause: BrokerError): void => {
  link.close(error(cause));
};

export const rejectDelivery = (delivery: Delivery, cause: BrokerError): void => {
  delivery.reject(error(cause));
};
