import type { Deployment } from "../../../datum/fleet.ts";

/** Annotation that says which interfaces get an external address: `all` (as without it), `none`, or places such as `0,2`. */
export const externalNote = "plumbline.dev/external-addresses";

/** Whether the interface at this place gets an external address. */
export function hasExternalAddress(deployment: Pick<Deployment, "annotations">, index: number): boolean {
  const wish = deployment.annotations[externalNote]?.trim() ?? "all";
  if (wish === "all" || wish === "none") return wish === "all";
  return places(wish).includes(String(index));
}

/** Whether the annotation says something that can be understood. */
export function isExternalWish(wish: string): boolean {
  const trimmed = wish.trim();
  return trimmed === "all" || trimmed === "none" || places(trimmed).every((place) => /^\d$/.test(place));
}

function places(wish: string): readonly string[] {
  return wish.split(",").map((place) => place.trim());
}
