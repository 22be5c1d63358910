import type { User } from "./world.ts";

type Licenses = User["licenses"];

export interface LicenseHistory {
  /** Notes what a user holds just before a change; what is older than `lagMs` is forgotten. */
  note(user: User, nowMs: number, lagMs: number): void;
  /** What the user held at a time within the last `lagMs`. */
  heldAt(user: User, timeMs: number): Licenses;
}

/** Remembers licenses of the recent past, for reads that lag behind. */
export const createLicenseHistory = (): LicenseHistory => {
  const pasts = new WeakMap<User, readonly { readonly untilMs: number; readonly licenses: Licenses }[]>();
  return {
    note: (user, nowMs, lagMs) => {
      if (lagMs === 0) return;
      const recent = (pasts.get(user) ?? []).filter(({ untilMs }) => untilMs > nowMs - lagMs);
      pasts.set(user, [...recent, { untilMs: nowMs, licenses: new Map(user.licenses) }]);
    },
    heldAt: (user, timeMs) =>
      pasts.get(user)?.find(({ untilMs }) => untilMs > timeMs)?.licenses ?? user.licenses,
  };
};
