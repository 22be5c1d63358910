import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";

import { readPort } from "../ports.ts";
import { runAlone, type Running } from "../runAlone.ts";
import { startIdentity } from "./startIdentity.ts";

const SETTING = "LOCAL_IDENTITY_PORT";
const help = `A managed identity endpoint on this machine, as App Service has one.

  node local/identity/main.ts [--port <port>]

  --port  where it listens; default: LOCAL_IDENTITY_PORT, or 7073
  --help  this text

Takes its secret from IDENTITY_HEADER, or invents one. Give both settings it prints to what shall use it.`;

const start = async (): Promise<Running | undefined> => {
  const { values } = parseArgs({ options: { port: { type: "string" }, help: { type: "boolean" } } });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const { env } = process;
  const port = readPort(SETTING, { [SETTING]: values.port ?? env[SETTING] });
  const identity = await startIdentity({ port, header: env["IDENTITY_HEADER"] || randomUUID() });
  console.log(`IDENTITY_ENDPOINT=${identity.endpoint}\nIDENTITY_HEADER=${identity.header}`);
  return identity;
};

await runAlone(start);
