import { createServer, type Socket } from "node:net";

import { listen } from "../listen.ts";
import { startClock } from "./clock.ts";
import type { BrokerConfig } from "./config.ts";
import type { Report } from "./entity/brokerEvent.ts";
import { Namespace, type Entity } from "./entity/namespace.ts";
import { SendFaults } from "./sendFaults.ts";
import { ClientConnection } from "./server/clientConnection.ts";
import type { OnDisconnect } from "./server/serverContext.ts";

const HOST = "127.0.0.1";
const DEFAULT_MAX_ENTITY_BYTES = 64 * 1024 * 1024;

export interface BrokerOptions {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  readonly config: BrokerConfig;
  /** What a queue, or a topic with its subscriptions, may hold. @default {67108864} */
  readonly maxEntityBytes?: number;
  /** What becomes of what a client had locked when its connection breaks off. @default {"release"} */
  readonly onDisconnect?: OnDisconnect;
  readonly onEvent?: Report;
}

/** How many messages an entity holds; a topic holds those of its subscriptions. */
export interface Counts {
  /** To be delivered, locked or deferred. */
  readonly active: number;
  readonly scheduled: number;
  readonly deadLetter: number;
}

export interface Broker {
  readonly port: number;
  /** With UseDevelopmentEmulator=true: the SDK then speaks without TLS. */
  readonly connectionString: string;
  /** By path, as in "queue" or "topic/Subscriptions/name". @throws {BrokerError} when there is no such entity */
  counts(entityPath: string): Counts;
  readonly faults: Pick<SendFaults, "rejectSends" | "clear">;
  /** Cuts every connection, as a broken network would. */
  dropConnections(): void;
  close(): Promise<void>;
}

const countsOf = ({ queue, intake, deadLetters, below }: Entity): Counts => {
  const inside = below.map(countsOf);
  const sum = (name: keyof Counts): number => inside.reduce((total, counts) => total + counts[name], 0);
  return {
    active: (queue?.count ?? 0) + sum("active"),
    scheduled: (intake?.scheduledCount ?? 0) + sum("scheduled"),
    deadLetter: (deadLetters?.count ?? 0) + sum("deadLetter"),
  };
};

/**
 * Starts a Service Bus namespace on a loopback address, for the SDK with a connection string of the emulator.
 * @throws {LocalStartError} when the port is taken
 */
export const startBroker = async ({
  port,
  config,
  maxEntityBytes = DEFAULT_MAX_ENTITY_BYTES,
  onDisconnect = "release",
  onEvent: report = () => undefined,
}: BrokerOptions): Promise<Broker> => {
  const clock = startClock();
  const namespace = new Namespace({ config, clock, maxEntityBytes, report });
  const faults = new SendFaults();
  const sockets = new Set<Socket>();
  let connections = 0;

  const server = createServer({ noDelay: true }, (socket) => {
    const connection = ++connections;
    sockets.add(socket);
    report({ type: "connection.opened", connection });
    socket.once("close", () => {
      sockets.delete(socket);
      report({ type: "connection.closed", connection });
    });
    return new ClientConnection(socket, { namespace, clock, report, faults, onDisconnect });
  });
  const actualPort = await listen(server, {
    part: "Service Bus",
    setting: "LOCAL_SERVICE_BUS_PORT",
    port,
    host: HOST,
  });

  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: actualPort,
    connectionString: `Endpoint=sb://${HOST}:${actualPort};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;`,
    counts: (entityPath) => countsOf(namespace.find(entityPath)),
    faults,
    dropConnections,
    close: async () => {
      const closed = server[Symbol.asyncDispose]();
      dropConnections();
      await closed;
      clock.stop();
    },
  };
};
