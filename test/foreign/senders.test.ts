import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { loadBrokerConfig } from "../../local/broker/loadConfig.ts";
import { startBroker, type Broker } from "../../local/broker/startBroker.ts";
import { ENTITIES_FILE } from "../../local/startLocalAzure.ts";
import { laneOf } from "../../shared/request/lane.ts";
import { LicenseRequest } from "../../shared/request/schema.ts";
import { blockOf } from "../support/recipes.ts";
import { startRelay, type Relay } from "../support/relay.ts";
import { aFolder, COMMAND_MS, run, type Settings } from "./program.ts";
import { describeWith, dotnet, python } from "./usable.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const page = await readFile(join(ROOT, "docs/senders.md"), "utf8");

/** A block of the page that has to be there. */
const block = (mark: string): string => {
  const text = blockOf(page, mark);
  if (text === undefined) throw new Error(`docs/senders.md has no block "${mark}"`);
  return text;
};

/** The commands of a block, one a line. */
const commands = (mark: string): readonly string[] => block(mark).trim().split("\n");

/** Connection and lanes as the sample is to find them; nothing of the test's own environment. */
const settingsOf = (broker: Broker, lanes = ""): Settings => ({
  ServiceBusConnection: broker.connectionString,
  ServiceBusConnection__fullyQualifiedNamespace: "",
  LANES_PER_CUSTOMER: lanes,
});

let relay: Relay;
let broker: Broker;
beforeAll(async () => {
  relay = await startRelay();
  // Nobody takes messages from this one
  broker = await startBroker({ port: 0, config: await loadBrokerConfig(ENTITIES_FILE) });
}, 60_000);
afterAll(async () => {
  await broker.close();
  await relay.close();
});

/** A folder with a sample in it; `prepare` installs what the sample needs. */
const aSample = (file: string, prepare: (folder: string) => Promise<void>): (() => string) =>
  aFolder(async (folder) => {
    await prepare(folder);
    await writeFile(join(folder, file), block(file));
  });

const Message = z.object({
  body: LicenseRequest,
  messageId: z.string(),
  sessionId: z.string(),
  contentType: z.string(),
});

/** The message that the broker without a relay has, off its queue. */
const takeMessage = async (): Promise<z.output<typeof Message>> => {
  const client = new ServiceBusClient(broker.connectionString);
  try {
    const receiver = await client.acceptNextSession("license-updates");
    const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
    if (message === undefined) throw new Error("There is no message");
    await receiver.completeMessage(message);
    return Message.parse(message);
  } finally {
    await client.close();
  }
};

const MANY_LANES = 64;

/** What the message of a request has beside its body, and what the sample says of it. */
const expectedOf = (request: LicenseRequest): Readonly<Record<string, string>> => {
  const { requestId } = request;
  const sessionId = laneOf(request, MANY_LANES);
  return {
    messageId: requestId,
    sessionId,
    contentType: "application/json",
    said: `${requestId} is on the queue, in lane ${sessionId}`,
  };
};

const sendsARequest = (language: string, folder: () => string): void => {
  /** What the sample says, without what the tools may say before. */
  const send = async (settings: Settings): Promise<string> => {
    const output = await run(folder(), commands(`${language}: run`).join(), settings);
    return output.trim().split("\n").at(-1) ?? "";
  };

  test("puts a request on the queue, in its lane", { timeout: COMMAND_MS }, async () => {
    const said = await send(settingsOf(broker, String(MANY_LANES)));
    const { body, ...about } = await takeMessage();
    expect({ ...about, said }).toEqual(expectedOf(body));
  });

  test("sends what the relay applies", { timeout: COMMAND_MS }, async () => {
    const [requestId = ""] = (await send(settingsOf(relay.broker))).split(" ");
    expect(await relay.ends.first(requestId, 20_000)).toMatchObject({ outcome: "applied" });
    expect(await relay.api().status(requestId)).toMatchObject({ status: "applied" });
  });

  test("names the settings that are missing", { timeout: COMMAND_MS }, async () => {
    const sending = send({ ...settingsOf(broker), ServiceBusConnection: "" });
    await expect(sending).rejects.toThrow(
      "Set ServiceBusConnection or ServiceBusConnection__fullyQualifiedNamespace",
    );
  });
};

test("the connection string is the one of npm start", () => {
  expect(page).toContain(`'${broker.connectionString.replace(String(broker.port), "5672")}'`);
});

describe("the TypeScript sample", () => {
  const folder = aSample("send.mts", (empty) =>
    symlink(join(ROOT, "node_modules"), join(empty, "node_modules")),
  );
  sendsARequest("TypeScript", folder);

  test("is installed with the versions that are tested here", async () => {
    const Packages = z.object({ dependencies: z.record(z.string(), z.string()) });
    const { dependencies } = Packages.parse(JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")));
    const names = ["@azure/service-bus", "@azure/identity"];
    const packages = names.map((name) => `${name}@${dependencies[name]}`);
    expect(block("TypeScript: install")).toBe(`npm install ${packages.join(" ")}\n`);
  });

  test("is TypeScript without an error", async () => {
    const options = "--noEmit --strict --module nodenext --target es2024 --types node --skipLibCheck";
    expect(await run(folder(), `tsc ${options} send.mts`, {})).toBe("");
  });
});

describeWith(dotnet, "the C# sample", () => {
  const folder = aSample("Program.cs", async (empty) => {
    for (const command of commands("C#: install")) await run(empty, command, {});
  });
  sendsARequest("C#", folder);
});

/** Stand-ins for the packages, which print the message that is sent. */
const standIns = {
  "identity.py": "class DefaultAzureCredential: pass\n",
  "servicebus.py": `
import json

class ServiceBusMessage:
    def __init__(self, body, *, session_id=None, message_id=None, content_type=None):
        self.fields = {"body": body, "sessionId": session_id, "messageId": message_id, "contentType": content_type}

class Sender:
    def __init__(self, queue): self.queue = queue
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def send_messages(self, message): print(json.dumps({"queue": self.queue, **message.fields}))

class ServiceBusClient:
    @classmethod
    def from_connection_string(cls, conn_str): return cls()
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def get_queue_sender(self, queue_name): return Sender(queue_name)
`,
};

describeWith(python, "the Python sample", () => {
  const folder = aSample("send.py", async (empty) => {
    await mkdir(join(empty, "azure"));
    for (const [name, text] of Object.entries(standIns)) await writeFile(join(empty, "azure", name), text);
  });

  test("compiles", async () => {
    expect(await run(folder(), "python3 -m py_compile send.py", {})).toBe("");
  });

  test("makes a message for its lane, as stand-ins for its packages see it", async () => {
    const output = await run(folder(), "python3 send.py", settingsOf(broker, String(MANY_LANES)));
    const [sent = "", said = ""] = output.split("\n");
    const { queue, body, ...rest } = z
      .object({ queue: z.string(), body: z.string() })
      .loose()
      .parse(JSON.parse(sent));
    expect(queue).toBe("license-updates");
    const { body: request, ...about } = Message.parse({ ...rest, body: JSON.parse(body) as unknown });
    expect({ ...about, said }).toEqual(expectedOf(request));
  });
});
