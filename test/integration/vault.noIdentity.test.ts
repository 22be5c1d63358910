import { DefaultAzureCredential } from "@azure/identity";
import { expect, test, vi } from "vitest";

import { startIdentity } from "../../local/identity/startIdentity.ts";
import { startKeyVault } from "../../local/key-vault/startKeyVault.ts";
import { makeSecrets } from "../../shared/vault/secrets.ts";

// In a file of its own: the SDK keeps a token once got for the life of the process
test("makeSecrets() says that there is no identity when the endpoint refuses", async () => {
  const identity = await startIdentity({ port: 0, header: "local-header" });
  const vault = await startKeyVault({ port: 0, secrets: { "partner-access-token": "the-token" } });
  vi.stubEnv("IDENTITY_ENDPOINT", identity.endpoint);
  vi.stubEnv("IDENTITY_HEADER", "another-header");
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");
  const client = makeSecrets(new URL(vault.url), new DefaultAzureCredential());
  await expect(client.read("partner-access-token")).rejects.toMatchObject({
    name: "VaultError",
    code: "credential",
  });
  await vault.close();
  await identity.close();
});
