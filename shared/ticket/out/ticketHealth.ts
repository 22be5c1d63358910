import { VaultError } from "../../vault/errors.ts";
import type { SharedSecrets } from "../../vault/sharedSecrets.ts";
import type { Sources } from "../source/loadSources.ts";
import type { Source } from "../source/source.ts";
import type { CallbacksOff } from "./callbacksOff.ts";

export interface TicketHealthDeps {
  readonly sources: Sources;
  readonly secrets: SharedSecrets;
  readonly off: Pick<CallbacksOff, "list">;
}

/** What keeps tickets from coming in or from being told. */
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

  const hasMissing = async ({ secret, callbackSecret, callbackAuthorization }: Source): Promise<boolean> =>
    (await Promise.all([secret, callbackSecret, callbackAuthorization].map(isMissing))).includes(true);

  return async (): Promise<string | undefined> => {
    if (sources.size === 0) return undefined;
    const all = [...sources.values()];
    const missing = await Promise.all(all.map(hasMissing));
    const withoutSecret = all.filter((_, index) => missing[index]).map(({ name }) => name);
    const turnedOff = (await off.list()).filter((name) => sources.has(name));
    const reasons = [
      ...(withoutSecret.length === 0 ? [] : [`secretMissing: ${withoutSecret.join(", ")}`]),
      ...(turnedOff.length === 0 ? [] : [`callbackOff: ${turnedOff.join(", ")}`]),
    ];
    return reasons.length === 0 ? undefined : reasons.join("; ");
  };
};
