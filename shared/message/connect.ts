import type { TokenCredential } from "@azure/identity";
import { ServiceBusClient, type RetryOptions } from "@azure/service-bus";

/** How to reach Service Bus: as the trigger's own setting says. */
export type Connection =
  | { readonly kind: "connectionString"; readonly connectionString: string }
  | {
      readonly kind: "identity";
      readonly fullyQualifiedNamespace: string;
      readonly credential: TokenCredential;
    };

/** A client of its own, with a connection of its own. Opens none yet. */
export const connect = (connection: Connection, retryOptions: RetryOptions): ServiceBusClient =>
  connection.kind === "connectionString"
    ? new ServiceBusClient(connection.connectionString, { retryOptions })
    : new ServiceBusClient(connection.fullyQualifiedNamespace, connection.credential, { retryOptions });
