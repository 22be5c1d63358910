import type { Answer } from "./answer.ts";
import type { Route } from "./findRoute.ts";
import { openUser } from "./openCustomer.ts";
import type { State } from "./state.ts";
import type { Customer, User } from "./world.ts";

/** A call that passed the gateway. */
export interface RoutedCall {
  readonly method: string;
  readonly route: Route;
  readonly query: URLSearchParams;
  /** The header MS-ContinuationToken. */
  readonly continuation: string | undefined;
  readonly body: Buffer;
  readonly msRequestId: string;
  readonly correlationId: string;
}

/** A call about a customer whom the partner may serve. */
export interface Scene {
  readonly call: RoutedCall;
  readonly customer: Customer;
  readonly state: State;
  readonly nowMs: number;
}

/** Serves a call about one user, or says that there is none. */
export const withUser = (
  { call, customer, state: { settings } }: Scene,
  serve: (user: User) => Answer,
): Answer => {
  // That names are accepted is documented for license updates alone
  const names = call.route.name === "licenseupdates" ? "accept" : settings.userNameInReads;
  const user = openUser(customer, call.route.userId, settings, names);
  return user.kind === "refused" ? user.answer : serve(user.value);
};
