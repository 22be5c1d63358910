import { copyFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll } from "vitest";

import { closeServer } from "../../local/closeServer.ts";
import { listen } from "../../local/listen.ts";
import { readBody } from "../../local/readBody.ts";
import { profileOf } from "../../shared/ticket/in/profiles.ts";
import { signDelivery } from "../../shared/ticket/in/sign.ts";
import { verifyDelivery } from "../../shared/ticket/in/verify.ts";
import { SECRET } from "../support/recipes.ts";
import { testChecks } from "./checks.ts";
import { aFolder, run, type Settings } from "./program.ts";
import { describeWith, dotnet } from "./usable.ts";

const SOURCE = fileURLToPath(new URL("standardWebhooks", import.meta.url));
const { scheme } = profileOf("standard-webhooks");
const BODY = JSON.stringify({ type: "license.applied", data: { message: "E3 für Zoë" } });

/** Answers 200 to deliveries that are verified, 401 to others. */
const verifier = (): Server =>
  createServer((request, response) => {
    const take = async (): Promise<void> => {
      const bytes = await readBody(request, 65_536);
      const body = bytes === "tooLarge" ? Buffer.of() : bytes;
      const header = (name: string): string | undefined => request.headers[name]?.toString();
      const options = { secrets: [SECRET], nowMs: Date.now(), toleranceMs: 300_000, escapedBody: false };
      const { kind } = verifyDelivery(scheme, { body, header }, options);
      response.writeHead(kind === "verified" ? 200 : 401).end();
    };
    take().catch(() => response.destroy());
  });

describeWith(dotnet, "the .NET library StandardWebhooks", () => {
  const server = verifier();
  let url = "";
  beforeAll(async () => {
    const port = await listen(server, { part: "Verifier", setting: "", port: 0 });
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(() => closeServer(server));

  const folder = aFolder(async (empty) => {
    for (const file of ["Checks.csproj", "Program.cs"]) await copyFile(join(SOURCE, file), join(empty, file));
    await run(empty, "dotnet build --output built", {});
  });

  const settings = (): Settings => {
    const toSign = { secret: SECRET, body: Buffer.from(BODY), at: new Date(), deliveryId: "msg_relay" };
    const signed = signDelivery(scheme, toSign);
    return {
      WEBHOOK_URL: url,
      WEBHOOK_SECRET: SECRET,
      SIGNED_BODY: BODY,
      SIGNED_ID: signed["webhook-id"] ?? "",
      SIGNED_TIMESTAMP: signed["webhook-timestamp"] ?? "",
      SIGNED_SIGNATURE: signed["webhook-signature"] ?? "",
    };
  };

  testChecks(
    [
      "what the library signs is taken",
      "what it signs with another secret is not",
      "what it signed ten minutes ago is not",
      "the library accepts what license-relay signs",
      "it does not when a byte has changed",
    ],
    () => ({ folder: folder(), command: "dotnet built/Checks.dll", settings: settings() }),
  );
});
