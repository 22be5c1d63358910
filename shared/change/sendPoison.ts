import { QueueError } from "../message/errors.ts";
import { withoutBody, type PoisonMessage } from "../message/poisonMessage.ts";

export interface SendPoisonDeps {
  /** Throws {QueueError} when the broker did not say that it has the message. */
  readonly send: (message: PoisonMessage) => Promise<void>;
  readonly keepBody: (id: string, body: Uint8Array) => Promise<void>;
}

/** Sends a poison message; throws when the broker did not say that it has it. */
export type SendPoison = (message: PoisonMessage) => Promise<void>;

/**
 * One that is too large with its properties leaves its body in the ledger, where it is filed anyway. The body goes
 * first: stopped in between, the same message comes to the same again.
 */
export const makeSendPoison =
  ({ send, keepBody }: SendPoisonDeps): SendPoison =>
  async (message) => {
    try {
      await send(message);
    } catch (error) {
      if (!(error instanceof QueueError) || error.code !== "tooLarge") throw error;
      await keepBody(message.poisonId, message.body);
      await send(withoutBody(message));
    }
  };
