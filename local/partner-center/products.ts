import type { Product, ServicePlan, TargetType } from "./world.ts";

const plan = (
  id: string,
  serviceName: string,
  displayName: string,
  targetType: TargetType = "User",
): ServicePlan => ({ id, displayName, serviceName, targetType });

/** Service plans by short name, with the ids that Microsoft publishes. */
export const plans = {
  exchange: plan("efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE", "Exchange Online (Plan 2)"),
  exchangeFoundation: plan(
    "113feb6c-3fe4-4440-bddc-54d774bf0318",
    "EXCHANGE_S_FOUNDATION",
    "Exchange Foundation",
    "Tenant",
  ),
  teams: plan("57ff2da0-773e-42df-b2af-ffb7a2317929", "TEAMS1", "Microsoft Teams"),
  sharePoint: plan(
    "5dbe027f-2339-4123-9542-606e4d348a72",
    "SHAREPOINTENTERPRISE",
    "SharePoint Online (Plan 2)",
  ),
  office: plan("43de0ff5-c92c-492b-9116-175376d08c38", "OFFICESUBSCRIPTION", "Microsoft 365 Apps"),
  yammer: plan("7547a3fe-08ee-4ccb-b430-5077c5041653", "YAMMER_ENTERPRISE", "Yammer Enterprise"),
  intune: plan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A", "Microsoft Intune Plan 1"),
  entraP1: plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM", "Microsoft Entra ID P1"),
  entraP2: plan("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2", "Microsoft Entra ID P2"),
  multifactor: plan(
    "8a256a2b-b617-496d-b51b-e76466e88db0",
    "MFA_PREMIUM",
    "Microsoft Azure Multi-Factor Authentication",
  ),
  informationProtection: plan(
    "6c57d4b6-3b23-47a5-9bc9-69f17b4947b3",
    "RMS_S_PREMIUM",
    "Azure Information Protection Premium P1",
  ),
  powerBi: plan("70d33638-9c74-4d01-bfd3-562de28bd4ba", "BI_AZURE_P2", "Power BI Pro"),
  teamsPhone: plan("4828c8ec-dc2e-4779-b502-87ac9ce28ab7", "MCOEV", "Microsoft 365 Phone System"),
  visioDesktop: plan(
    "663a804f-1c30-4ff0-9915-9db84f0d1cea",
    "VISIO_CLIENT_SUBSCRIPTION",
    "Visio Desktop App",
  ),
  visioWeb: plan("2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f", "VISIOONLINE", "Visio Web App"),
  projectOnline: plan("fe71d6c3-a2ea-4499-9778-da042bf08063", "SHAREPOINT_PROJECT", "Project Online Service"),
  projectDesktop: plan(
    "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3",
    "PROJECT_CLIENT_SUBSCRIPTION",
    "Project Online Desktop Client",
  ),
  minecraft: plan(
    "4c246bbc-f513-4311-beff-eba54c353256",
    "MINECRAFT_EDUCATION_EDITION",
    "Minecraft Education Edition",
  ),
  windowsStore: plan(
    "a420f25f-a7b3-4ff5-a9d0-5d58f73b537d",
    "WINDOWS_STORE",
    "Windows Store Service",
    "Tenant",
  ),
} as const;

const group1 = { targetType: "User", licenseGroupId: "group1" } as const;

/** Products by short name, with the SKU ids that Microsoft publishes. */
export const products = {
  e3: {
    ...group1,
    id: "05e9a617-0261-4cee-bb44-138d3ef5d965",
    name: "Microsoft 365 E3",
    skuPartNumber: "SPE_E3",
    servicePlans: [
      plans.exchange,
      plans.teams,
      plans.sharePoint,
      plans.office,
      plans.yammer,
      plans.intune,
      plans.entraP1,
      plans.multifactor,
      plans.informationProtection,
    ],
  },
  e5: {
    ...group1,
    id: "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    name: "Microsoft 365 E5",
    skuPartNumber: "SPE_E5",
    servicePlans: [
      plans.exchange,
      plans.teams,
      plans.sharePoint,
      plans.office,
      plans.intune,
      plans.entraP1,
      plans.entraP2,
      plans.powerBi,
      plans.teamsPhone,
    ],
  },
  powerBiPro: {
    ...group1,
    id: "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235",
    name: "Power BI Pro",
    skuPartNumber: "POWER_BI_PRO",
    servicePlans: [plans.powerBi, plans.exchangeFoundation],
  },
  /** No seats left with any customer. */
  visio: {
    ...group1,
    id: "c5928f49-12ba-48f7-ada3-0d743a3601d5",
    name: "Visio Plan 2",
    skuPartNumber: "VISIOCLIENT",
    servicePlans: [plans.visioDesktop, plans.visioWeb, plans.exchangeFoundation],
  },
  teamsPhone: {
    ...group1,
    id: "e43b5b99-8dfb-405f-9987-dc307f34bcbd",
    name: "Microsoft Teams Phone Standard",
    skuPartNumber: "MCOEV",
    servicePlans: [plans.teamsPhone, plans.exchangeFoundation],
  },
  ems: {
    ...group1,
    id: "efccb6f7-5641-4e0e-bd10-b4976e1bf68e",
    name: "Enterprise Mobility + Security E3",
    skuPartNumber: "EMS",
    servicePlans: [plans.entraP1, plans.multifactor, plans.intune, plans.informationProtection],
  },
  /** Answers with a license warning. */
  project: {
    ...group1,
    id: "53818b1b-4a27-454b-8896-0dba576410e6",
    name: "Planner and Project Plan 3",
    skuPartNumber: "PROJECTPROFESSIONAL",
    servicePlans: [plans.projectOnline, plans.projectDesktop],
    warning: {
      code: "DependencyPlanMissing",
      message: "The plan needs SharePoint Online, which the user may not have.",
      servicePlans: ["SHAREPOINT_PROJECT"],
    },
  },
  /** Of the other license group. */
  minecraft: {
    id: "984df360-9a74-4647-8cf8-696749f6247a",
    name: "Minecraft Education Faculty",
    skuPartNumber: "MEE_FACULTY",
    targetType: "User",
    licenseGroupId: "group2",
    servicePlans: [plans.minecraft],
  },
  /** For the whole tenant: cannot be assigned to a user. */
  windowsStore: {
    id: "6470687e-a428-4b7a-bef2-8a291ad947c9",
    name: "Windows Store for Business",
    skuPartNumber: "WINDOWS_STORE",
    targetType: "Tenant",
    licenseGroupId: "group1",
    servicePlans: [plans.windowsStore],
  },
} as const satisfies Readonly<Record<string, Product>>;

export type ProductName = keyof typeof products;
