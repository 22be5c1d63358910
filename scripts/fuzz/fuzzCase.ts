import type { RpcTypedData } from "../../local/host/rpcData.ts";

/** One hostile HTTP call. */
export interface HttpCase {
  readonly kind: "http";
  /** The function that it is meant for. */
  readonly name: string;
  readonly method: string;
  /** As it stands in the first line. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** One hostile HTTP call as bytes of a connection. */
export interface SocketCase {
  readonly kind: "socket";
  readonly name: string;
  readonly bytes: Buffer;
  /** Whether the client goes on to the end and waits: else nobody is owed an answer. */
  readonly isWhole: boolean;
}

/** One invocation of a message trigger. */
export interface TriggerCase {
  readonly kind: "trigger";
  readonly name: string;
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, RpcTypedData>>;
}

/** One message through the broker. */
export interface MessageCase {
  readonly kind: "message";
  readonly name: string;
  readonly body: Buffer;
  /** The body travels as text in a value section, not as bytes. */
  readonly isText: boolean;
  readonly messageId: string;
  readonly sessionId: string;
  readonly contentType: string;
  readonly subject: string;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** One run of a timer. */
export interface TimerCase {
  readonly kind: "timer";
  readonly name: string;
  readonly json: string;
}

export type FuzzCase = HttpCase | SocketCase | TriggerCase | MessageCase | TimerCase;
