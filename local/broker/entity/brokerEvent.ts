/** What happens in the broker, for whoever wants to show or record it. */
export type BrokerEvent =
  | { readonly type: "connection.opened" | "connection.closed"; readonly connection: number }
  /** A client broke the protocol, or this broker has a fault; the connection ends. */
  | { readonly type: "connection.failed"; readonly reason: string }
  | {
      readonly type: "message.accepted" | "message.duplicate";
      readonly entity: string;
      readonly messageId: string | undefined;
    }
  | {
      readonly type: "message.deadLettered";
      readonly entity: string;
      readonly messageId: string | undefined;
      readonly reason: string | undefined;
    }
  | {
      readonly type: "message.expired" | "lock.expired";
      readonly entity: string;
      readonly messageId: string | undefined;
    }
  | {
      readonly type: "session.accepted" | "session.released" | "session.expired";
      readonly entity: string;
      readonly sessionId: string;
    };

export type Report = (event: BrokerEvent) => void;
