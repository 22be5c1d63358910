import type { Preview } from "../change/preview.ts";
import { present } from "../present.ts";
import type { LicenseRequest } from "../request/schema.ts";
import type { PreviewView } from "./api/views.ts";

export const toPreviewView = (
  { requestId, customerId, userId }: LicenseRequest,
  { refusal, user, items }: Preview,
): PreviewView => ({
  requestId,
  customerId,
  userId,
  ...present({ refusal }),
  ...(user === undefined
    ? {}
    : {
        user: {
          id: user.id,
          userPrincipalName: user.userPrincipalName,
          ...present({ usageLocation: user.usageLocation }),
        },
      }),
  items: [...items],
});
