import { serviceError, type Answer } from "./answer.ts";

interface DocumentedError {
  readonly status: number;
  readonly code: number;
  readonly description: string;
}

/**
 * Errors of calls about licenses: those of Microsoft's page on error codes, and a few more that callers report.
 * https://learn.microsoft.com/partner-center/developer/error-codes
 */
export const documentedErrors: readonly DocumentedError[] = [
  { status: 400, code: 2055, description: "The ETag is no longer valid." },
  { status: 400, code: 3000, description: "The request has an invalid property." },
  { status: 400, code: 60000, description: "The migration of the customer's licenses failed." },
  // The real one holds HTML entities, so that nobody matches on it
  {
    status: 400,
    code: 60012,
    description:
      "We&#39;re sorry, it looks like you&#39;ve run out of licenses. Please buy more licenses and try again.",
  },
  { status: 400, code: 800002, description: "The request input is invalid." },
  { status: 400, code: 900118, description: "The customer id is invalid." },
  {
    status: 400,
    code: 900316,
    description: "Partner access tokens from generatetoken are not allowed in license assignment calls.",
  },
  { status: 401, code: 400, description: "Access denied." },
  { status: 401, code: 10001, description: "Authentication failed. MFA required." },
  { status: 401, code: 800001, description: "The partner token is missing in the request context." },
  { status: 401, code: 900420, description: "The audience in the token is invalid or no longer supported." },
  { status: 401, code: 900421, description: "The token has no valid MFA claim." },
  { status: 403, code: 2032, description: "Access denied." },
  { status: 403, code: 20002, description: "The partner has no commerce relationship with the customer." },
  { status: 403, code: 90000, description: "Microsoft Entra ID returned an error during token issuance." },
  { status: 403, code: 600006, description: "The requested action is not allowed." },
  {
    status: 403,
    code: 900150,
    description: "The supplied role does not have the rights to perform the requested operation.",
  },
  { status: 403, code: 900308, description: "Insufficient privileges to complete the operation." },
  {
    status: 403,
    code: 900309,
    description: "A Conditional Access policy of the customer blocks the issuance of a token.",
  },
  { status: 403, code: 900329, description: "This resource can't be accessed by application credentials." },
  { status: 404, code: 1000, description: "Not found." },
  { status: 404, code: 60002, description: "The user object id was not found." },
  { status: 404, code: 60003, description: "The tenant was not found." },
  { status: 500, code: 800003, description: "Unexpected service error." },
  { status: 500, code: 900192, description: "Something went wrong. Please try again later." },
  { status: 501, code: 0, description: "Exception not defined." },
];

const keyOf = (status: number, code: number): string => `${status}/${code}`;
const byKey = new Map(documentedErrors.map((error) => [keyOf(error.status, error.code), error.description]));

/** An error of Partner Center's services in its own words; other words can be given. */
export const refuse = (
  status: number,
  code: number,
  { description, data }: { readonly description?: string; readonly data?: readonly string[] } = {},
): Answer =>
  serviceError(status, code, description ?? byKey.get(keyOf(status, code)) ?? "Unknown error.", data);
