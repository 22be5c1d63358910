import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { readPort } from "../ports.ts";
import { runAlone, type Running } from "../runAlone.ts";
import { loadBrokerConfig } from "./loadConfig.ts";
import { startBroker } from "./startBroker.ts";

const ENTITIES_FILE = fileURLToPath(new URL("../../servicebus.config.json", import.meta.url));

const SETTING = "LOCAL_SERVICE_BUS_PORT";
const help = `A Service Bus namespace on this machine, for the SDKs of Azure.

  node local/broker/main.ts [--port <port>] [--config <file>]

  --port    where it listens; default: LOCAL_SERVICE_BUS_PORT, or 5672
  --config  the entities, in the format of the official emulator; default: servicebus.config.json
  --help    this text

It keeps its messages in memory. Give the connection string it prints to what shall use it.`;

const options = {
  port: { type: "string" },
  config: { type: "string", default: ENTITIES_FILE },
  help: { type: "boolean" },
} as const;

const start = async (): Promise<Running | undefined> => {
  const { values } = parseArgs({ options });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const port = readPort(SETTING, { [SETTING]: values.port ?? process.env[SETTING] });
  const broker = await startBroker({ port, config: await loadBrokerConfig(values.config) });
  console.log(`Service Bus on port ${broker.port}: ServiceBusConnection=${broker.connectionString}`);
  return broker;
};

await runAlone(start);
