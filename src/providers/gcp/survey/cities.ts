/** The city that a region is at, as three letters of its airport and its name. */
const cities: Readonly<Record<string, readonly [code: string, name: string]>> = {
  "africa-south1": ["JNB", "Johannesburg"],
  "asia-east1": ["RMQ", "Changhua"],
  "asia-east2": ["HKG", "Hong Kong"],
  "asia-northeast1": ["TYO", "Tokyo"],
  "asia-northeast2": ["OSA", "Osaka"],
  "asia-northeast3": ["SEL", "Seoul"],
  "asia-south1": ["BOM", "Mumbai"],
  "asia-south2": ["DEL", "Delhi"],
  "asia-southeast1": ["SIN", "Singapore"],
  "asia-southeast2": ["JKT", "Jakarta"],
  "australia-southeast1": ["SYD", "Sydney"],
  "australia-southeast2": ["MEL", "Melbourne"],
  "europe-central2": ["WAW", "Warsaw"],
  "europe-north1": ["LPP", "Hamina"],
  "europe-north2": ["STO", "Stockholm"],
  "europe-southwest1": ["MAD", "Madrid"],
  "europe-west1": ["CRL", "Saint-Ghislain"],
  "europe-west2": ["LHR", "London"],
  "europe-west3": ["FRA", "Frankfurt"],
  "europe-west4": ["GRQ", "Eemshaven"],
  "europe-west6": ["ZRH", "Zurich"],
  "europe-west8": ["MIL", "Milan"],
  "europe-west9": ["PAR", "Paris"],
  "europe-west10": ["BER", "Berlin"],
  "europe-west12": ["TRN", "Turin"],
  "me-central1": ["DOH", "Doha"],
  "me-central2": ["DMM", "Dammam"],
  "me-west1": ["TLV", "Tel Aviv"],
  "northamerica-northeast1": ["YMQ", "Montreal"],
  "northamerica-northeast2": ["TOR", "Toronto"],
  "northamerica-south1": ["QRO", "Queretaro"],
  "southamerica-east1": ["GRU", "Sao Paulo"],
  "southamerica-west1": ["SCL", "Santiago"],
  "us-central1": ["CBF", "Council Bluffs"],
  "us-east1": ["CHS", "Moncks Corner"],
  "us-east4": ["IAD", "Washington"],
  "us-east5": ["CMH", "Columbus"],
  "us-south1": ["DFW", "Dallas"],
  "us-west1": ["DLS", "The Dalles"],
  "us-west2": ["LAX", "Los Angeles"],
  "us-west3": ["SLC", "Salt Lake City"],
  "us-west4": ["LAS", "Las Vegas"],
};

/** A code of its own for each zone, since one city chooses one location: the city's for the first, then with the zone's letter. */
export function codeFor(zone: string, taken: Set<string>): { readonly code: string; readonly name: string } {
  const city = cityOf(zone.slice(0, zone.lastIndexOf("-")));
  const marks = ["", (zone.at(-1) ?? "").toUpperCase(), ..."23456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const code = marks.map((mark) => `${city.code}${mark}`).find((one) => !taken.has(one)) ?? city.code;
  taken.add(code);
  return { code, name: code === city.code ? city.name : `${city.name}, ${zone}` };
}

/** The code and name of a region's city; of one that is not known, letters of the region and its name. */
function cityOf(region: string): { readonly code: string; readonly name: string } {
  const [code, name] = cities[region] ?? [
    region
      .replace(/[^a-z]/g, "")
      .slice(0, 3)
      .toUpperCase()
      .padEnd(3, "X"),
    region,
  ];
  return { code, name };
}
