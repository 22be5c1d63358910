import { parseArgs } from "node:util";

import { readPort } from "../ports.ts";
import { runAlone, type Running } from "../runAlone.ts";
import { startKeyVault } from "./startKeyVault.ts";

const SETTING = "LOCAL_KEY_VAULT_PORT";
const help = `A Key Vault on this machine.

  node local/key-vault/main.ts [--port <port>] [--secret <name>=<value>]…

  --port    where it listens; default: LOCAL_KEY_VAULT_PORT, or 7072
  --secret  a secret that is there from the start; may be given again
  --help    this text`;

const readSecret = (text: string): readonly [string, string] => {
  const at = text.indexOf("=");
  if (at < 1) throw new Error('Cannot read --secret: no name before a "="; write --secret name=value');
  return [text.slice(0, at), text.slice(at + 1)];
};

const start = async (): Promise<Running | undefined> => {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      secret: { type: "string", multiple: true },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(help);
    return undefined;
  }
  const port = readPort(SETTING, { [SETTING]: values.port ?? process.env[SETTING] });
  const secrets = Object.fromEntries((values.secret ?? []).map(readSecret));
  const vault = await startKeyVault({ port, secrets });
  console.log(`KEY_VAULT_URL=${vault.url}`);
  return vault;
};

await runAlone(start);
