import { mkdir, writeFile } from "node:fs/promises";

import { generatedDocs } from "./generatedDocs.ts";

await mkdir("docs", { recursive: true });
for (const [file, text] of generatedDocs()) {
  await writeFile(file, text);
  console.log(`Wrote ${file}`);
}
