import type { Source } from "../../source/source.ts";
import type { EventData } from "../callback.ts";
import { causeTextOf, languageOf } from "./languages.ts";
import { skuNameOf } from "./skuNames.ts";

type License = EventData["licensesToRemove"][number];

const NOTICE_MAX = 4000;

const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

// What follows is a sentence of ours: it has its own period
const withoutPeriod = (text: string): string => oneLine(text).replace(/\.$/, "");

/**
 * The sentence that people read on a ticket: what became of it, why, and what to do, in the language of the source,
 * with the names that its table gives to SKUs. Pure.
 */
export const toNotice = (
  data: EventData,
  { language, tables }: Pick<Source, "language" | "tables">,
): string => {
  const texts = languageOf(language);
  const nameOf = (license: License): string => {
    if (typeof license === "string") return skuNameOf(license, tables.skus);
    const { skuId, sku = "" } = license;
    return skuId === undefined ? sku : skuNameOf(skuId, tables.skus);
  };
  const list = (template: string, licenses: readonly License[]): readonly string[] =>
    licenses.length === 0 ? [] : [fill(template, { licenses: licenses.map(nameOf).join(", ") })];
  const wish = [
    ...list(texts.assigned, data.licensesToAssign),
    ...list(texts.removed, data.licensesToRemove),
  ].join(` ${texts.and} `);
  const about = { wish, user: data.userId ?? "", requestId: data.requestId ?? "" };

  const sentence = (): string => {
    switch (data.outcome) {
      case "applied": {
        const main = fill(data.alreadySo ? texts.alreadySo : texts.applied, about);
        const warnings = data.warnings.map(({ message }) => oneLine(message)).join(" ");
        return warnings === "" ? main : `${main} ${fill(texts.warnings, { warnings })}`;
      }
      case "refused": {
        const { category, owner } = data;
        const { meaning, remedy } = causeTextOf(texts, category) ?? data;
        return fill(texts.refused, {
          ...about,
          category,
          meaning: withoutPeriod(meaning),
          remedy: withoutPeriod(remedy),
          owner: texts.owners[owner] ?? owner,
        });
      }
      case "parked":
        return fill(texts.parked, { ...about, until: oneLine(data.until).slice(0, 16).replace("T", " ") });
      case "discarded": {
        const { by, why } = data;
        const because = why === undefined || why === "" ? "" : `: ${withoutPeriod(why)}`;
        return fill(texts.discarded, { ...about, by, why: because });
      }
      case "rejected":
        return fill(texts.rejected, {
          errors: data.errors
            .map(
              ({ pointer, detail }) =>
                `${pointer === "" ? "" : `${pointer.slice(1)}: `}${withoutPeriod(detail)}.`,
            )
            .join(" "),
        });
      default:
        return data satisfies never;
    }
  };
  return sentence().slice(0, NOTICE_MAX).toWellFormed();
};
