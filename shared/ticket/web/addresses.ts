import { lookup as systemLookup, type LookupAddress, type LookupOptions } from "node:dns";
import { isIP } from "node:net";

import ipaddr from "ipaddr.js";

import { WebError } from "./errors.ts";

/** What may be connected to. */
export interface AddressRules {
  /** This machine too: only where a local setting says so. */
  readonly allowLoopback: boolean;
}

/** Whether an address is one of the public internet: not private, not of this machine, not one that leads back in. */
const isPublic = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";

const isLoopbackAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";

/** @throws {WebError} blocked */
const assertAllowed = (address: string, host: string, { allowLoopback }: AddressRules): void => {
  if (isPublic(address) || (allowLoopback && isLoopbackAddress(address))) return;
  throw new WebError("blocked", `"${host}" leads to an address that is not public; name a public host`);
};

/** A host that is an address itself is never looked up: it is checked before. @throws {WebError} blocked */
export const assertAddressAllowed = (host: string, rules: AddressRules): void => {
  const address = host.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0) assertAllowed(address, host, rules);
};

type Done = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
/** Resolves a host to all its addresses. */
export type Resolve = (host: string, done: (error: Error | null, found: LookupAddress[]) => void) => void;

const resolveAll: Resolve = (host, done) => {
  systemLookup(host, { all: true }, done);
};

/**
 * A lookup for sockets: what it hands out is what is connected to, so no second DNS answer can slip in between.
 * One address that is not allowed blocks the host.
 */
export const makeGuardedLookup =
  (rules: AddressRules, resolve: Resolve = resolveAll) =>
  (host: string, options: LookupOptions, done: Done): void => {
    resolve(host, (error, found) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      try {
        for (const { address } of found) assertAllowed(address, host, rules);
      } catch (problem) {
        done(problem instanceof Error ? problem : new Error("unknown"), []);
        return;
      }
      const [first] = found;
      if (options.all === true) done(null, found);
      else if (first === undefined) done(new Error(`"${host}" has no address`), []);
      else done(null, first.address, first.family);
    });
  };
