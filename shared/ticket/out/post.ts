import { Webhook } from "standardwebhooks";

import type { Clock } from "../../clock.ts";
import { present } from "../../present.ts";
import { VaultError } from "../../vault/errors.ts";
import type { SharedSecrets } from "../../vault/sharedSecrets.ts";
import { VERSION } from "../../version.ts";
import type { Evaluate } from "../mapping/mapper.ts";
import type { Source } from "../source/source.ts";
import { WebError } from "../web/errors.ts";
import type { SendWeb } from "../web/send.ts";
import type { CallbackAnswer, CallbackTarget, TicketEvent } from "./callback.ts";
import { callbackTemplateOf } from "./callbackTemplates.ts";
import { toNotice } from "./notice/toNotice.ts";

export interface PostDeps {
  readonly clock: Clock;
  readonly secrets: SharedSecrets;
  readonly evaluate: Evaluate;
  readonly send: SendWeb;
}

type Target = Extract<CallbackTarget, { kind: "url" }>;

/** Posts an outcome to a ticketing system, once. Throws only on a defect. */
export type Post = (source: Source, target: Target, event: TicketEvent) => Promise<CallbackAnswer>;

export const makePost = ({ clock, secrets, evaluate, send }: PostDeps): Post => {
  const toBody = async (
    { callbackTemplate }: Source,
    event: TicketEvent,
    message: string,
  ): Promise<string> => {
    const { body } = callbackTemplateOf(callbackTemplate);
    if (body === undefined) return JSON.stringify({ ...event, message });
    const input = JSON.stringify({ event, message, ticketId: event.data.ticket.id });
    const evaluated = await evaluate({ input, expressions: { body }, variables: {} });
    if (evaluated.kind !== "values")
      throw new WebError("blocked", `its template cannot be filled in: ${evaluated.detail}`);
    // The text is JSON of { body }: what stands inside is the body as it goes out
    return evaluated.json.slice('{"body":'.length, -1);
  };

  /** Signed with both secrets while one takes over from the other. */
  const signatureHeaders = async (source: Source, id: string, body: string) => {
    const { callbackSecret, callbackPreviousSecret } = source;
    if (callbackSecret === undefined) return {};
    const at = new Date(clock.now());
    const found = await secrets.of(callbackSecret, callbackPreviousSecret);
    return {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": found.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
    };
  };

  const authorization = async ({ callbackAuthorization }: Source, { isOwn }: Target) => {
    if (callbackAuthorization === undefined || !isOwn) return {};
    const [value = ""] = await secrets.of(callbackAuthorization, undefined);
    return { authorization: value };
  };

  const attempt = async (source: Source, target: Target, event: TicketEvent): Promise<CallbackAnswer> => {
    const body = await toBody(source, event, toNotice(event.data, source));
    const { status, retryAfterSeconds } = await send({
      url: target.url,
      method: callbackTemplateOf(source.callbackTemplate).method,
      headers: {
        "content-type": "application/json",
        "user-agent": `license-relay/${VERSION}`,
        "idempotency-key": event.id,
        ...(await signatureHeaders(source, event.id, body)),
        ...(await authorization(source, target)),
      },
      body,
    });
    return { kind: "answered", status, ...present({ retryAfterSeconds }) };
  };

  return async (source, target, event) => {
    try {
      return await attempt(source, target, event);
    } catch (error) {
      if (error instanceof WebError)
        return { kind: error.code === "blocked" ? "blocked" : "failed", why: error.message };
      if (error instanceof VaultError) return { kind: "failed", why: error.message };
      // The library's words for a secret that cannot be one, or no thread for a template: neither holds the secret
      return { kind: "failed", why: error instanceof Error ? `Cannot post: ${error.message}` : "unknown" };
    }
  };
};
