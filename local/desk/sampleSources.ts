import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { customers, skus } from "../partner-center/seed.ts";

const whsec = (text: string): string => `whsec_${Buffer.from(text).toString("base64")}`;

/** Secrets of the sample sources: Key Vault name → value. They open nothing but this machine. */
export const sampleSecrets = {
  "ticket-zendesk": whsec("local secret of tickets of Zendesk"),
  "ticket-connectwise": whsec("local secret of ConnectWise tickets"),
  "ticket-webhook": whsec("local secret of Standard Webhooks."),
  "ticket-callback": whsec("local secret of callbacks to tickets"),
} as const;

const tables = {
  tenants: Object.fromEntries(Object.entries(customers)),
  skus: { E3: skus.e3, E5: skus.e5, "Power BI Pro": skus.powerBiPro, Visio: skus.visio },
};

const sources = (deskUrl: string): Readonly<Record<string, object>> => {
  const callback = {
    callbackUrl: `${deskUrl}/tickets/{ticketId}`,
    callbackSecret: "ticket-callback",
  };
  return {
    zendesk: { profile: "zendesk", secret: "ticket-zendesk", tables, rejectOnTicket: true, ...callback },
    connectwise: {
      profile: "connectwise",
      secret: "ticket-connectwise",
      fields: { userId: "M365 user", licensesToAssign: "Licenses" },
      tables,
      language: "de",
      ...callback,
    },
    webhook: { profile: "standard-webhooks", secret: "ticket-webhook", tables, ...callback },
  };
};

/** Writes the sources of the local ticketing system into a folder. */
export const writeSampleSources = async (folder: string, deskUrl: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    Object.entries(sources(deskUrl)).map(([name, file]) =>
      writeFile(join(folder, `${name}.json`), `${JSON.stringify(file, undefined, 2)}\n`),
    ),
  );
};
