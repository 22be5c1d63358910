/** The version of package.json; a test sees that they are the same. */
export const VERSION = "0.1.0";
