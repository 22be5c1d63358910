/**
 * Azurite's table service in a process of its own: it is large, and it must not share a loop with what it serves.
 * It ends with its parent, however that ends; told to shut down, it writes its data first.
 */
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  // Azurite closes on it, and nothing else keeps the process
  if (message === "shutdown") process.channel?.unref();
});
await import(import.meta.resolve("azurite/dist/src/table/main.js"));
