import { parseArgs } from "node:util";

import { readPort } from "../ports.ts";
import { runAlone, type Running } from "../runAlone.ts";
import { startPartnerCenter } from "./startPartnerCenter.ts";

const SETTING = "LOCAL_PARTNER_CENTER_PORT";
const help = `Partner Center on this machine, with a few customers, users and licenses.

  node local/partner-center/main.ts [--port <port>]

  --port  where it listens; default: LOCAL_PARTNER_CENTER_PORT, or 7074
  --help  this text

GET /local/world shows who is there, GET /local/journal what was changed.`;

const start = async (): Promise<Running | undefined> => {
  const { values } = parseArgs({ options: { port: { type: "string" }, help: { type: "boolean" } } });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const port = readPort(SETTING, { [SETTING]: values.port ?? process.env[SETTING] });
  const partnerCenter = await startPartnerCenter({ port });
  console.log(`PARTNER_CENTER_URL=${partnerCenter.url}`);
  return partnerCenter;
};

await runAlone(start);
