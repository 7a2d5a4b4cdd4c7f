import type { Handler } from "../call.ts";
import * as managers from "./group-managers.ts";
import * as groups from "./instance-groups.ts";

/** What groups of a zone and of a region have in common. */
export function groupHandlers(service: string): readonly (readonly [string, Handler])[] {
  return [
    [`${service}.ListInstances`, groups.listGroupInstances],
    [`${service}.SetNamedPorts`, groups.setNamedPorts],
  ];
}

/** What managers of a zone and of a region have in common. */
export function managerHandlers(service: string): readonly (readonly [string, Handler])[] {
  return [
    [`${service}.Delete`, managers.deleteManager],
    [`${service}.Resize`, managers.resizeManager],
    [`${service}.DeleteInstances`, managers.deleteManaged],
    [`${service}.AbandonInstances`, managers.abandonManaged],
    [`${service}.RecreateInstances`, managers.recreateManaged],
    [`${service}.CreateInstances`, managers.createManaged],
    [`${service}.SetInstanceTemplate`, managers.setInstanceTemplate],
    [`${service}.ApplyUpdatesToInstances`, managers.applyUpdates],
    [`${service}.ListManagedInstances`, managers.listManagedInstances],
    [`${service}.ListErrors`, () => ({})],
    [`${service}.ListPerInstanceConfigs`, () => ({})],
  ];
}
