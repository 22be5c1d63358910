import { parseArgs } from "node:util";

import { profileOf } from "../shared/ticket/in/profiles.ts";
import { signDelivery } from "../shared/ticket/in/sign.ts";
import { sampleSecrets } from "./desk/sampleSources.ts";
import { toEventLine } from "./eventLine.ts";
import { customers, skus, userNameOf } from "./partner-center/seed.ts";
import { defaultPorts } from "./ports.ts";
import { runAlone, type Running } from "./runAlone.ts";
import { applyLocalSettings, startLocal, type Local } from "./startLocal.ts";

const help = `Runs license-relay on this machine: the functions, and every part of Azure they need.

  npm start

A part whose address is set is not started: ServiceBusConnection, KEY_VAULT_URL, PARTNER_TENANT_ID,
PARTNER_CENTER_URL, AzureWebJobsStorage, TICKETS_FOLDER. Tables are kept in .local/storage; LOCAL_STORAGE_FOLDER names another place, or "memory".
Settings come from the environment, then from local.settings.json (see local.settings.sample.json).
Ports: ${Object.entries(defaultPorts)
  .map(([setting, port]) => `${setting} (${port})`)
  .join(", ")}
Keys: LOCAL_FUNCTION_KEY (local), LOCAL_OPERATOR_KEY (local-operator)
Ctrl-C stops it; once more stops it at once.`;

const curl = (base: string, key: string): string => {
  const body = {
    customerId: customers.contoso,
    userId: userNameOf("contoso", "ana"),
    licensesToAssign: [{ skuId: skus.e3 }],
  };
  return `curl -i ${base}/api/license-updates -H 'x-functions-key: ${key}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
};

const ticketCurl = (base: string): string => {
  const body = {
    customerId: "contoso",
    userId: userNameOf("contoso", "ben"),
    licensesToAssign: "E3",
    ticket: "4711",
  };
  const text = JSON.stringify(body);
  const { scheme } = profileOf("standard-webhooks");
  const secret = sampleSecrets["ticket-webhook"];
  const signature = signDelivery(scheme, {
    secret,
    body: Buffer.from(text),
    at: new Date(),
    deliveryId: "by-hand",
  });
  const headers = Object.entries(signature).map(([name, value]) => `-H '${name}: ${value}'`);
  return `curl -i ${base}/api/tickets/webhook ${headers.join(" ")} -d '${text}'   (signed now, good for 5 minutes)`;
};

const banner = ({ azure, host, functionKey, operatorKey }: Local): string => {
  const base = host.url.replace("127.0.0.1", "localhost");
  const here = { name: "Functions", address: base, startedHere: true };
  const parts = [here, ...azure.parts].map(
    ({ name, address, startedHere }) => `  ${name.padEnd(18)}${address}${startedHere ? "" : "  (as set)"}`,
  );
  return `license-relay runs on this machine; Ctrl-C stops it.

${parts.join("\n")}

Give Ana at Contoso an E3:
  ${curl(base, functionKey)}

${azure.desk === undefined ? "" : `Let a ticket ask for one for Ben, and read the note that it gets:\n  ${ticketCurl(base)}\n\n`}See what became of it, and what was refused:
  npx license-relay list --status applied --url ${base} --key ${functionKey}
  npx license-relay poison --url ${base} --key ${operatorKey}

Events:`;
};

const start = async (): Promise<Running | undefined> => {
  const { values } = parseArgs({ options: { help: { type: "boolean" } } });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  await applyLocalSettings();
  const local = await startLocal({
    onLog: (entry) => {
      console.log(toEventLine(entry));
    },
    onNote: ({ path, message, isSigned }) => {
      console.log(`         ✎ ${path} ${isSigned === true ? "" : "(not signed) "}${message ?? ""}`);
    },
  });
  console.log(banner(local));
  return {
    close: async () => {
      console.log("Stopping: work in hand is finished first");
      await local.close();
    },
  };
};

await runAlone(start);
