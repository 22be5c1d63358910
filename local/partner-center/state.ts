import { createFaultList, type FaultList } from "./faults.ts";
import { createJournal, type Journal } from "./journal.ts";
import { createLicenseHistory, type LicenseHistory } from "./licenseHistory.ts";
import { createReplayMemory, type ReplayMemory } from "./replayMemory.ts";
import { changeSettings, defaultSettings, type PartnerCenterSettings } from "./settings.ts";
import { createThrottle, type Throttle } from "./throttle.ts";
import type { World } from "./world.ts";

/** Everything that one local Partner Center holds. */
export interface State {
  world: World;
  settings: PartnerCenterSettings;
  /** Tokens issued before are refused. */
  revokedBeforeMs: number;
  readonly journal: Journal;
  readonly faults: FaultList;
  readonly throttle: Throttle;
  readonly replayMemory: ReplayMemory;
  readonly history: LicenseHistory;
  /** Users whose update is being processed, as customer and user of the path. */
  readonly updating: Set<string>;
}

/** A state with nothing played yet. @throws {z.ZodError} for a setting that is none */
export const createState = (world: World, settings: Partial<PartnerCenterSettings> = {}): State => {
  const state: State = {
    world,
    settings: changeSettings(defaultSettings, settings),
    revokedBeforeMs: 0,
    journal: createJournal(),
    faults: createFaultList(),
    throttle: createThrottle(() => state.settings),
    replayMemory: createReplayMemory(() => state.settings),
    history: createLicenseHistory(),
    updating: new Set(),
  };
  return state;
};
