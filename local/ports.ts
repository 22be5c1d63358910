/** The ports of the local parts: setting → default. 0 means any free port. */
export const defaultPorts = {
  LOCAL_FUNCTIONS_PORT: 7071,
  LOCAL_SERVICE_BUS_PORT: 5672,
  LOCAL_KEY_VAULT_PORT: 7072,
  LOCAL_IDENTITY_PORT: 7073,
  LOCAL_PARTNER_CENTER_PORT: 7074,
  LOCAL_STORAGE_PORT: 10002,
  LOCAL_DESK_PORT: 7075,
  LOCAL_ENTRA_PORT: 7076,
} as const;

/** Settings for a start beside others that leaves nothing behind: free ports, and tables in memory. */
export const apart: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(defaultPorts).map((setting) => [setting, "0"])),
  LOCAL_STORAGE_FOLDER: "memory",
};

export type PortSetting = keyof typeof defaultPorts;

/** A setting for the local parts has a value that cannot be used; the message says what would do. */
class LocalSettingError extends Error {
  override readonly name = "LocalSettingError";
}

/** The port that a setting gives, or its default. @throws {LocalSettingError} when it is not a port */
export const readPort = (setting: PortSetting, env: Readonly<Record<string, string | undefined>>): number => {
  const text = env[setting]?.trim() ?? "";
  if (text === "") return defaultPorts[setting];
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new LocalSettingError(
    `Cannot use ${setting}="${text}": not a port; set it to a number from 0 to 65535, such as ${defaultPorts[setting]}`,
  );
};
