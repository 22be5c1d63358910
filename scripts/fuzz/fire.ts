import type { MessageSource } from "../../local/host/serviceBusBinding.ts";
import type { FuzzCase } from "./fuzzCase.ts";
import { inject } from "./inject.ts";
import { sendBytes } from "./sendBytes.ts";
import type { MessageSender } from "./sendMessage.ts";
import type { FuzzedHost } from "./startFuzzedHost.ts";

/** How long the client of a connection waits for an answer. */
const ANSWER_LIMIT_MS = 10_000;

/** What came of a case. */
export interface Fired {
  /** The status of an answer; or, in a word, how it ended. */
  readonly result: string;
  /** Why the answer is a 5xx, as far as its body tells. */
  readonly detail: string;
}

export interface FireParts {
  readonly host: FuzzedHost;
  readonly sender: MessageSender;
  /** The broker has taken a message. */
  readonly onSent: (source: MessageSource, body: Uint8Array, metadata: unknown) => void;
}

/** Fires a case and waits for its end. @throws whatever the function that it is for throws */
export const fire = async (fired: FuzzCase, { host, sender, onSent }: FireParts): Promise<Fired> => {
  const plan = host.plans.find(({ fn }) => fn.metadata.name === fired.name);
  switch (fired.kind) {
    case "http": {
      const { status, body } = await inject(host.server, fired);
      return {
        result: status === 0 ? "cut off" : String(status),
        detail: status >= 500 ? body().slice(0, 300) : "",
      };
    }
    case "socket": {
      const { status, isLate } = await sendBytes(host.port, fired.bytes, {
        isWhole: fired.isWhole,
        limitMs: ANSWER_LIMIT_MS,
      });
      const nothing = fired.isWhole ? "no answer" : "none owed";
      return { result: status === undefined || isLate ? nothing : String(status), detail: "" };
    }
    case "trigger":
      if (plan?.kind === "message")
        await host.invoke(plan, {
          inputData: [{ name: plan.binding.name, data: { bytes: fired.body } }],
          triggerMetadata: fired.metadata,
        });
      return { result: "taken", detail: "" };
    case "message": {
      const isSent = plan?.kind === "message" && (await sender.send(plan.binding.source.entity, fired));
      if (isSent) {
        const { body, messageId, isText, properties } = fired;
        const applicationProperties = Object.fromEntries(
          Object.entries(properties).map(([name, value]) => [
            name.charAt(0).toLowerCase() + name.slice(1),
            value,
          ]),
        );
        // As the host hands it over, should it come to that
        const bytes = isText ? Buffer.from(body.toString("utf8")) : body;
        onSent(plan.binding.source, bytes, { messageId, applicationProperties });
      }
      return { result: isSent ? "sent" : "refused by the broker", detail: "" };
    }
    case "timer":
      if (plan?.kind === "timer")
        await host.invoke(plan, {
          inputData: [{ name: plan.bindingName, data: { json: fired.json } }],
          triggerMetadata: {},
        });
      return { result: "ran", detail: "" };
    default:
      return fired satisfies never;
  }
};
