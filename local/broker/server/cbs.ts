import type { AmqpValue } from "../amqp/decode.ts";
import * as encode from "../amqp/encode.ts";
import type { Answer, Request } from "./request.ts";

const findSasProblem = (token: string, nowMs: number): string | undefined => {
  const [scheme, query = ""] = token.split(" ", 2);
  const fields = new URLSearchParams(query);
  const missing = ["sr", "sig", "se", "skn"].filter((name) => !fields.get(name));
  if (scheme !== "SharedAccessSignature" || missing.length > 0) return "it is not a shared access signature";
  return Number(fields.get("se")) * 1000 > nowMs ? undefined : "it has expired";
};

const findJwtProblem = (token: string): string | undefined =>
  /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token) ? undefined : "it is not a JSON web token in compact form";

/** How a token is seen to be one; nobody here knows the keys, so the signature is not checked. */
const checks: ReadonlyMap<AmqpValue | undefined, typeof findSasProblem> = new Map([
  ["servicebus.windows.net:sastoken", findSasProblem],
  ["jwt", findJwtProblem],
]);

const findProblem = ({ properties, body }: Request, nowMs: number): string | undefined => {
  const operation = properties.get("operation");
  if (operation !== "put-token") return "the operation is not put-token";
  const check = checks.get(properties.get("type"));
  if (check === undefined) return "its type is neither servicebus.windows.net:sastoken nor jwt";
  if (typeof properties.get("name") !== "string") return "it is for no entity";
  return typeof body === "string" && body !== "" ? check(body, nowMs) : "there is none";
};

const answer = (code: number, description: string): Answer => ({
  properties: { "status-code": encode.int(code), "status-description": encode.string(description) },
});

/** Answers a put-token request; any well-formed token will do. */
export const putToken = (request: Request, nowMs: number): { answer: Answer; isAccepted: boolean } => {
  const problem = findProblem(request, nowMs);
  return problem === undefined
    ? { answer: answer(202, "Accepted"), isAccepted: true }
    : { answer: answer(401, `Unauthorized access: cannot use the token: ${problem}.`), isAccepted: false };
};
