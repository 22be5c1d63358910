import type { FaultRule } from "./faults.ts";
import type { Call, Change } from "./journal.ts";
import { changeSettings, type SettingsChange } from "./settings.ts";
import type { State } from "./state.ts";
import { stampMs } from "./token.ts";

/** What can be done to a local Partner Center, beside calling it. */
export interface Operations {
  /** Every change that was really applied, in order. */
  journal(): readonly Change[];
  /** The calls received, in order; the oldest of very many are forgotten. */
  calls(): readonly Call[];
  /**
   * Adds a rule after those there are; the first that matches counts.
   * @throws {z.ZodError} for a rule that is none
   */
  addFault(rule: FaultRule): void;
  clearFaults(): void;
  /** Refuses from now on every token issued so far. */
  revokeTokens(): void;
  /** @throws {RangeError} when there is no such customer or subscription */
  setSeats(customerId: string, skuId: string, activeUnits: number): void;
  /** @throws {z.ZodError} for a setting that is none */
  updateSettings(change: SettingsChange): void;
  /** Back to the start: world and settings as they were, nothing played, no token revoked. */
  reset(): void;
}

const setSeats = ({ world }: State, customerId: string, skuId: string, activeUnits: number): void => {
  const subscription = world.customers.get(customerId.toLowerCase())?.subscriptions.get(skuId.toLowerCase());
  if (subscription === undefined)
    throw new RangeError(
      `Cannot set seats: customer "${customerId}" has no subscription to "${skuId}"; see the world for ids`,
    );
  if (!Number.isInteger(activeUnits) || activeUnits < 0)
    throw new RangeError(`Cannot set seats to "${activeUnits}": not a number of seats; give 0 or more`);
  subscription.activeUnits = activeUnits;
};

/** The operations on a state; its world and settings of this moment are what `reset` goes back to. */
export const operationsOn = (state: State): Operations => {
  const start = { world: structuredClone(state.world), settings: state.settings };
  return {
    journal: () => state.journal.changes(),
    calls: () => state.journal.calls(),
    addFault: (rule) => state.faults.add(rule),
    clearFaults: () => state.faults.clear(),
    revokeTokens: () => {
      state.revokedBeforeMs = stampMs();
    },
    setSeats: (customerId, skuId, activeUnits) => setSeats(state, customerId, skuId, activeUnits),
    updateSettings: (change) => {
      state.settings = changeSettings(state.settings, change);
    },
    reset: () => {
      state.world = structuredClone(start.world);
      state.settings = start.settings;
      state.revokedBeforeMs = 0;
      state.journal.clear();
      state.faults.clear();
      state.throttle.clear();
      state.replayMemory.clear();
    },
  };
};
