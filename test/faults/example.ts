import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../support/memory-repository.ts";
import { root } from "../support/worlds.ts";
import type { Chance } from "./chance.ts";

/** What a commit of the example says. */
export interface Wish {
  readonly web: number | undefined;
  readonly cities: readonly string[];
  readonly cache: number | undefined;
  readonly cacheMemory: string;
  readonly key: string;
  readonly ports: readonly number[];
  readonly mtu: number;
  readonly diskGib: number;
  /** A second network, which only stands at the edge while nothing runs in it. */
  readonly spare: boolean;
  /** A proxy at the edge: the only thing of its kind. */
  readonly proxy: boolean;
}

/** The example as it is. */
export const firstWish: Wish = {
  ...{ web: 2, cities: ["DFW", "LHR"], cache: 3, cacheMemory: "512mb", key: "w", ports: [80, 443], mtu: 1460 },
  ...{ diskGib: 30, spare: false, proxy: false },
};

const example: Files = Object.fromEntries(
  readdirSync(join(root, "example-repo"))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => [name, readFileSync(join(root, "example-repo", name), "utf8")]),
);

/** The next wish: one or two things differ. */
export function nextWish(wish: Wish, chance: Chance): Wish {
  const change = (): Partial<Wish> =>
    chance.pick<() => Partial<Wish>>([
      () => ({ web: chance.pick([undefined, 1, 2, 3]) }),
      () => ({ cities: chance.pick([["DFW"], ["DFW", "LHR"], ["LHR", "FRA"], ["FRA"]]) }),
      () => ({ cache: chance.pick([undefined, 1, 2, 3]) }),
      () => ({ cacheMemory: chance.pick(["256mb", "512mb"]) }),
      () => ({ key: chance.pick(["w", "x"]) }),
      () => ({ ports: chance.pick([[80], [80, 443], [80, 443, 8080]]) }),
      () => ({ mtu: chance.pick([1460, 1500]) }),
      () => ({ diskGib: chance.pick([30, 40, 50]) }),
      () => ({ spare: chance.happens(0.5) }),
      () => ({ proxy: chance.happens(0.5) }),
      () => ({ web: undefined, cache: undefined }),
    ])();
  for (;;) {
    const next = { ...wish, ...change(), ...(chance.happens(0.4) ? change() : {}) };
    if (JSON.stringify(next) !== JSON.stringify(wish)) return next;
  }
}

/** The files of a wish. */
export function filesOf(wish: Wish): Files {
  const files: Record<string, string> = {
    "locations.yaml": example["locations.yaml"] ?? "",
    "network.yaml": replaced("network.yaml", "mtu: 1460", `mtu: ${wish.mtu}`) + (wish.spare ? spare : ""),
  };
  if (wish.proxy) files["proxy.yaml"] = proxy;
  if (wish.web !== undefined) {
    const names = wish.ports.map((port) => `            - name: p${port}\n              port: ${port}\n`).join("");
    const rules = wish.ports.map((port) => `                  - port: p${port}\n`).join("");
    files["web.yaml"] = replaced("web.yaml", "[DFW, LHR]", `[${wish.cities.join(", ")}]`)
      .replace("minReplicas: 2", `minReplicas: ${wish.web}`)
      .replace(/ssh-ed25519 \S+/, publicKey(wish.key))
      .replace("storage: 30Gi", `storage: ${wish.diskGib}Gi`)
      .replace(/( +- name: https?\n +port: \d+\n)+/, names)
      .replace(/( +- port: https?\n)+/, rules);
  }
  if (wish.cache !== undefined) {
    files["cache.yaml"] = replaced("cache.yaml", "minReplicas: 3", `minReplicas: ${wish.cache}`).replace(
      "512mb",
      wish.cacheMemory,
    );
  }
  return files;
}

/** The same commit with a mistake in it. */
export function broken(files: Files, chance: Chance): Files {
  const network = files["network.yaml"] ?? "";
  return {
    ...files,
    "network.yaml": chance.pick([
      network.replace("mtu:", "mtv:"),
      network.replace("mode: Auto", "mode: [Auto"),
      network.replace("name: main", "name: Main_"),
    ]),
  };
}

const spare = `---
apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata:
  name: spare
spec:
  ipam:
    mode: Auto
`;

const proxy = `apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata:
  name: front
spec:
  rules:
    - backends:
        - endpoint: https://example.com
`;

/** A whole public key: the length and word of its type, then 32 bytes. */
function publicKey(seed: string): string {
  const type = Buffer.from("ssh-ed25519");
  const parts = [type, Buffer.alloc(32, seed)].flatMap((part) => [Buffer.of(0, 0, 0, part.length), part]);
  return `ssh-ed25519 ${Buffer.concat(parts).toString("base64")}`;
}

function replaced(file: string, from: string, to: string): string {
  const text = example[file] ?? "";
  if (!text.includes(from)) throw new Error(`${file} of the example holds no ${from} any more`);
  return text.replace(from, to);
}
