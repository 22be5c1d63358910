import type { HttpRequest } from "@azure/functions";

import { HttpProblem } from "./answer.ts";

const NAME_MAX = 200;

/**
 * Who asks: what Easy Auth says when it is on, else the field `by`.
 * The header counts only then: without Easy Auth anybody could send it.
 * @throws {HttpProblem} 400 when nobody says who asks
 */
export const operatorName = (
  { headers }: HttpRequest,
  { by }: { readonly by?: string },
  hasEasyAuth: boolean,
): string => {
  const name = hasEasyAuth
    ? headers.get("x-ms-client-principal-name")?.trim().slice(0, NAME_MAX).toWellFormed()
    : by;
  if (name !== undefined && name !== "") return name;
  const detail = hasEasyAuth
    ? "is not known: Easy Auth sent no name; sign in, or turn EASY_AUTH off"
    : "is missing; it must be the name of who asks";
  throw new HttpProblem(400, "Say who asks", [{ pointer: "/by", detail }]);
};
