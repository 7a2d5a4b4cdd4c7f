/** Files of a fleet of so many manifests, one each, that all pass every check and refer to each other across files. */
export function generatedFleet(count: number): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [index, city] of cities.entries())
    files.set(`locations/${city.toLowerCase()}.yaml`, location(city, index));
  const networks = Math.ceil(count / 50);
  for (let index = 0; index < networks; index += 1) files.set(`networks/n${index}.yaml`, network(index));
  for (let index = 0; files.size < count; index += 1) {
    const make = makers[index % makers.length] ?? workload;
    files.set(`teams/team-${index % 100}/m${index}.yaml`, make(index, networks));
  }
  return files;
}

const cities = ["DFW", "LHR", "DLS", "FRA", "SYD", "SJC", "IAD", "TYO"];

function location(city: string, index: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata:
  name: place-${city.toLowerCase()}
spec:
  locationClassName: self-managed
  topology:
    topology.datum.net/city-code: ${city}
  provider:
    gcp:
      projectId: bench-project
      region: us-south${index + 1}
      zone: us-south${index + 1}-a
`;
}

function network(index: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata:
  name: net-${index}
  labels:
    owner: team-${index % 100}
spec:
  ipam:
    mode: Auto
`;
}

function configMap(index: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings-${index}
data:
  mode: production
  region: "${index}"
  settings.ini: |
    [server]
    port = 8080
    workers = ${index % 16}
`;
}

function workload(index: number, networks: number): string {
  const city = cities[index % cities.length] ?? "DFW";
  return `# Serves requests of team ${index % 100}.
apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata:
  name: app-${index}
  labels:
    owner: team-${index % 100}
    tier: backend
spec:
  template:
    metadata:
      labels:
        app: app-${index}
    spec:
      runtime:
        resources:
          instanceType: datumcloud/d1-standard-2
        sandbox:
          containers:
            - name: server
              image: docker.io/library/nginx:1.27
              env:
                - name: MODE
                  value: production
                - name: INDEX
                  value: "${index}"
              ports:
                - name: http
                  port: 8080
                - name: admin
                  port: 9090
              volumeAttachments:
                - name: settings
                  mountPath: /etc/app
      networkInterfaces:
        - network:
            name: net-${index % networks}
          networkPolicy:
            ingress:
              - ports:
                  - port: 8080
                from:
                  - ipBlock:
                      cidr: 10.0.0.0/8
      volumes:
        - name: settings
          configMap:
            name: settings-${index + 1}
  placements:
    - name: main
      cityCodes: [${city}]
      scaleSettings:
        minReplicas: 2
`;
}

function proxy(index: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata:
  name: proxy-${index}
  labels:
    owner: team-${index % 100}
spec:
  hostnames:
    - app-${index}.example.com
  rules:
    - name: all
      matches:
        - path:
            type: PathPrefix
            value: /
      backends:
        - endpoint: https://origin-${index}.example.com
    - name: api
      matches:
        - path:
            type: PathPrefix
            value: /api
      backends:
        - endpoint: https://api-${index}.example.com:8443
`;
}

function domain(index: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Domain
metadata:
  name: domain-${index}
spec:
  domainName: app-${index}.example.com
`;
}

/** In this order, so that each workload's ConfigMap stands in the next file. */
const makers: readonly ((index: number, networks: number) => string)[] = [
  workload,
  configMap,
  proxy,
  workload,
  configMap,
  domain,
];
