/**
 * A region with its zones and the second octet of the range an automatic network has in it; 0 for a region that is not
 * open to everybody, where such a network has none.
 */
export interface Region {
  readonly name: string;
  readonly zones: readonly string[];
  readonly octet: number;
}

const table = `africa-south1 abc 218; asia-east1 abc 140; asia-east2 abc 170; asia-northeast1 abc 146; asia-northeast2 abc 174;
asia-northeast3 abc 178; asia-south1 abc 160; asia-south2 abc 190; asia-southeast1 abc 148; asia-southeast2 abc 184; asia-southeast3 abc 228;
australia-southeast1 abc 152; australia-southeast2 abc 192; europe-central2 abc 186; europe-north1 abc 166;
europe-north2 abc 226; europe-southwest1 abc 204; europe-west1 bcd 132; europe-west10 abc 214; europe-west12 abc 210;
europe-west2 abc 154; europe-west3 abc 156; europe-west4 abc+ai1a 164; europe-west6 abc 172; europe-west8 abc 198;
europe-west9 abc 200; me-central1 abc 212; me-central2 abc 0; me-west1 abc 208; northamerica-northeast1 abc 162;
northamerica-northeast2 abc 188; northamerica-south1 abc 224; southamerica-east1 abc 158; southamerica-west1 abc 194;
us-central1 abcf 128; us-east1 bcd 142; us-east4 abc 150; us-east5 abc 202; us-south1 abc+ai1b 206; us-west1 abc 138;
us-west2 abc 168; us-west3 abc 180; us-west4 abc 182`;

/** Every region, by name. */
export const regions: readonly Region[] = table.split(";").map((row) => {
  const [name = "", suffixes = "", octet = "0"] = row.trim().split(/\s+/);
  const [letters = "", ...others] = suffixes.split("+");
  return { name, zones: [...letters, ...others].map((suffix) => `${name}-${suffix}`), octet: Number(octet) };
});

const regionNames = new Set(regions.map((region) => region.name));
const zoneNames = new Set(regions.flatMap((region) => region.zones));

/** Every zone, ordered by name. */
export const zones: readonly string[] = [...zoneNames].sort();

/** Says whether there is a region of this name. */
export function isRegion(name: string): boolean {
  return regionNames.has(name);
}

/** Says whether there is a zone of this name. */
export function isZone(name: string): boolean {
  return zoneNames.has(name);
}

/** The region a zone lies in. */
export function regionOf(zone: string): string {
  return zone.slice(0, zone.lastIndexOf("-"));
}

/** The zones of a region; none of one that is not known. */
export function zonesOf(region: string): readonly string[] {
  return regions.find(({ name }) => name === region)?.zones ?? [];
}
