import type { CallbacksOff } from "../ledger/callbacksOff.ts";
import type { Sources } from "../sources/loadSources.ts";
import { VaultError } from "../vault/errors.ts";
import type { SharedSecrets } from "../vault/sharedSecrets.ts";

export interface TicketHealthDeps {
  readonly sources: Sources;
  readonly secrets: SharedSecrets;
  readonly off: Pick<CallbacksOff, "list">;
}

/** What keeps tickets from coming in or from being told: the first thing that somebody should look at. */
export const makeTicketHealth = ({ sources, secrets, off }: TicketHealthDeps) => {
  const isMissing = async (name: string | undefined): Promise<boolean> => {
    if (name === undefined) return false;
    try {
      await secrets.of(name, undefined);
      return false;
    } catch (error) {
      return error instanceof VaultError && error.code === "missing";
    }
  };

  return async (): Promise<string | undefined> => {
    for (const { name, secret, callbackSecret, callbackAuthorization } of sources.values()) {
      const missing = await Promise.all([secret, callbackSecret, callbackAuthorization].map(isMissing));
      if (missing.includes(true)) return `secretMissing: ${name}`;
    }
    const names = sources.size === 0 ? [] : (await off.list()).filter((name) => sources.has(name));
    return names.length === 0 ? undefined : `callbackOff: ${names.join(", ")}`;
  };
};
