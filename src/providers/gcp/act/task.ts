import type { JsonObject } from "../../../core/json.ts";
import type { FieldChange, Marker, Resource } from "../../../core/resource.ts";
import type { Order } from "../../provider.ts";
import type { Place } from "../kinds.ts";

/** One living thing that is brought to what is wanted. */
export interface Task {
  readonly order: Order;
  readonly resource: Resource;
  readonly place: Place;
  readonly key: string;
  readonly spec: JsonObject;
  readonly marker: Marker;
  readonly live: JsonObject;
  /** What differs right now. */
  readonly fields: readonly FieldChange[];
}
