import type { Socket } from "node:net";

import type { Connection, Delivery, EventContext, Receiver, Sender, Session } from "rhea";
import { z } from "zod";

import { BrokerError } from "../entity/brokerError.ts";
import type { Entity } from "../entity/namespace.ts";
import { readAddress, type Address } from "./address.ts";
import { answerAtOnce } from "./answerAtOnce.ts";
import { putToken } from "./cbs.ts";
import { receiveInto } from "./incomingLink.ts";
import { manage } from "./management.ts";
import { OutgoingLink, SESSION_FILTER, type LinkEnd } from "./outgoingLink.ts";
import { readRequest, writeAnswer, type Answer, type Request } from "./request.ts";
import { acceptConnection, agreeToSettled, closeLink, settleWhatIsTaken } from "./rheaLinks.ts";
import { MAX_MESSAGE_BYTES, type ServerContext } from "./serverContext.ts";
import { toBrokerError } from "./toBrokerError.ts";

const CONTAINER_ID = "local-service-bus";
const DEFAULT_TIMEOUT_MS = 60_000;
const RAW = 0;

const Terminus = z.object({ address: z.string().catch("") }).catch({ address: "" });
const Source = z.object({ filter: z.record(z.string(), z.unknown()).nullish() });
const Properties = z.object({ "com.microsoft:timeout": z.number().optional() }).catch({});

const unauthorized = (): BrokerError =>
  new BrokerError("amqp:unauthorized-access", "Unauthorized access. No token was put on this connection.");

const saidElsewhere = [
  "connection_error",
  "session_error",
  "sender_error",
  "receiver_error",
  "disconnected",
] as const;

type TakeMessage = (bytes: Buffer, delivery: Delivery) => void;

/** One client: routes its links to the entities they speak of. */
export class ClientConnection {
  readonly #context: ServerContext;
  readonly #incoming = new Map<Receiver, TakeMessage>();
  readonly #outgoing = new Map<Sender, OutgoingLink>();
  /** Where answers go, by the name a request gives. */
  readonly #replyLinks = new Map<string, Sender>();
  #hasToken = false;

  constructor(socket: Socket, context: ServerContext) {
    this.#context = context;
    const connection = acceptConnection(socket, CONTAINER_ID, MAX_MESSAGE_BYTES);
    this.#listen(connection);
    connection.once("connection_open", () => answerAtOnce(socket));
    // The one event that comes however a connection ends, and comes last
    socket.once("close", () => this.#endLinks("disconnected"));
  }

  #listen(connection: Connection): void {
    connection.on("sender_open", ({ sender }: EventContext) => sender && this.#onSenderOpen(sender));
    connection.on(
      "receiver_open",
      ({ receiver }: EventContext) => receiver && this.#onReceiverOpen(receiver),
    );
    connection.on("message", (event: EventContext) => this.#onMessage(event));
    connection.on("sender_close", ({ sender }: EventContext) => sender && this.#onSenderClose(sender));
    connection.on(
      "receiver_close",
      ({ receiver }: EventContext) => receiver && this.#incoming.delete(receiver),
    );
    connection.on("session_close", ({ session }: EventContext) => this.#endLinks("detached", session));
    connection.on("connection_close", () => this.#endLinks("detached"));
    // rhea throws or prints what nobody listens to
    for (const event of saidElsewhere) connection.on(event, () => undefined);
    // rhea ends the connection after either
    for (const event of ["error", "protocol_error"])
      connection.on(event, (error: unknown) => {
        this.#context.report({ type: "connection.failed", reason: String(error) });
      });
  }

  /** The client wants to send to what the link's target says. */
  #onReceiverOpen(receiver: Receiver): void {
    const { address: target } = Terminus.parse(receiver.target);
    const { address: source } = Terminus.parse(receiver.source);
    try {
      this.#incoming.set(receiver, this.#takerFor(readAddress(target)));
      receiver.set_target({ address: target });
      receiver.set_source({ address: source });
      agreeToSettled(receiver);
    } catch (error) {
      closeLink(receiver, toBrokerError(error));
    }
  }

  #takerFor(address: Address): TakeMessage {
    if (address.kind === "cbs") return this.#answering((request) => this.#putToken(request));
    const entity = this.#find(address.path);
    if (address.kind === "management")
      return this.#answering((request) => manage(request, entity, this.#context));
    if (entity.intake === undefined)
      throw new BrokerError("amqp:not-allowed", `Cannot send to '${entity.path}': it is no queue or topic.`);
    return receiveInto(entity.path, entity.intake, this.#context);
  }

  #answering(answer: (request: Request) => Answer): TakeMessage {
    return (bytes, delivery) => {
      delivery.accept();
      const request = readRequest(bytes);
      const link = this.#replyLinks.get(request.replyTo ?? "");
      link?.send(writeAnswer(request, answer(request)), undefined, RAW);
    };
  }

  #putToken(request: Request): Answer {
    const { answer, isAccepted } = putToken(request, this.#context.clock.now());
    this.#hasToken ||= isAccepted;
    return answer;
  }

  #find(path: string): Entity {
    if (!this.#hasToken) throw unauthorized();
    return this.#context.namespace.find(path);
  }

  #onMessage({ receiver, delivery, message }: EventContext): void {
    const bytes: unknown = message;
    if (receiver === undefined || delivery === undefined || !Buffer.isBuffer(bytes)) return;
    this.#incoming.get(receiver)?.(bytes, delivery);
  }

  /** The client wants to receive from what the link's source says. */
  #onSenderOpen(sender: Sender): void {
    const { address } = Terminus.parse(sender.source);
    const target = readAddress(address);
    try {
      if (target.kind === "entity") this.#openOutgoing(sender, address, this.#find(target.path));
      else this.#openReplyLink(sender, address);
    } catch (error) {
      closeLink(sender, toBrokerError(error));
    }
  }

  #openReplyLink(sender: Sender, address: string): void {
    sender.set_source({ address });
    settleWhatIsTaken(sender);
    this.#replyLinks.set(sender.name, sender);
    const { address: replyTo } = Terminus.parse(sender.target);
    if (replyTo !== "") this.#replyLinks.set(replyTo, sender);
  }

  #openOutgoing(sender: Sender, address: string, { path, queue }: Entity): void {
    if (queue === undefined)
      throw new BrokerError(
        "amqp:not-allowed",
        `Cannot receive from '${path}': it is no queue or subscription.`,
      );
    const link = new OutgoingLink(sender, queue, this.#context);
    const filter = Source.parse(sender.source).filter ?? {};
    const sessionId = filter[SESSION_FILTER];
    if (!(SESSION_FILTER in filter)) link.openPlain(address);
    else if (typeof sessionId === "string") link.openSession(address, sessionId);
    else
      link.openNextSession(
        address,
        Properties.parse(sender.properties)["com.microsoft:timeout"] ?? DEFAULT_TIMEOUT_MS,
      );
    this.#outgoing.set(sender, link);
  }

  #onSenderClose(sender: Sender): void {
    this.#outgoing.get(sender)?.end("detached");
    this.#outgoing.delete(sender);
    for (const [name, link] of this.#replyLinks) if (link === sender) this.#replyLinks.delete(name);
  }

  #endLinks(how: LinkEnd, session?: Session): void {
    for (const [sender, link] of this.#outgoing) {
      if (session !== undefined && sender.session !== session) continue;
      this.#outgoing.delete(sender);
      link.end(how);
    }
  }
}
