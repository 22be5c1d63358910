/**
 * Names of the SKUs that are asked for most, as people know them. Source: Microsoft's table "Product names and service
 * plan identifiers for licensing". A SKU that is not here has the name that the source's table gives it, or its id.
 */
const skuNames: ReadonlyMap<string, string> = new Map([
  ["05e9a617-0261-4cee-bb44-138d3ef5d965", "Microsoft 365 E3"],
  ["06ebc4ee-1bb5-47dd-8120-11324bc54e06", "Microsoft 365 E5"],
  ["66b55226-6b4f-492c-910c-a3b7a3c9d993", "Microsoft 365 F3"],
  ["18181a46-0d4e-45cd-891e-60aabd171b4e", "Office 365 E1"],
  ["6fd2c87f-b296-42f0-b197-1e91e994b900", "Office 365 E3"],
  ["c7df2760-2c81-4ef7-b578-5b5392b571df", "Office 365 E5"],
  ["4b585984-651b-448a-9e53-3b10f069cf7f", "Office 365 F3"],
  ["3b555118-da6a-4418-894f-7df1e2096870", "Microsoft 365 Business Basic"],
  ["f245ecc8-75af-4f8e-b61f-27d8114de5f3", "Microsoft 365 Business Standard"],
  ["cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "Microsoft 365 Business Premium"],
  ["cdd28e44-67e3-425e-be4c-737fab2899d3", "Microsoft 365 Apps for business"],
  ["c2273bd0-dff7-4215-9ef5-2c7bcfb06425", "Microsoft 365 Apps for enterprise"],
  ["19ec0d23-8335-4cbd-94ac-6050e30712fa", "Exchange Online (Plan 2)"],
  ["efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "Enterprise Mobility + Security E3"],
  ["b05e124f-c7cc-45a0-a6aa-8cf78c946968", "Enterprise Mobility + Security E5"],
  ["f8a1db68-be16-40ed-86d5-cb42ce701560", "Power BI Pro"],
  ["c5928f49-12ba-48f7-ada3-0d743a3601d5", "Visio Plan 2"],
  ["53818b1b-4a27-454b-8896-0dba576410e6", "Project Plan 3"],
  ["f30db892-07e9-47e9-837c-80727f46fd3d", "Power Automate Free"],
]);

/** @param table the source's own names: what agents call it themselves */
export const skuNameOf = (skuId: string, table: Readonly<Record<string, string>> = {}): string =>
  Object.entries(table).find(([, id]) => id === skuId)?.[0] ?? skuNames.get(skuId) ?? skuId;
