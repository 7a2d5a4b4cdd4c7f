/**
 * Ids of the program's own rules that begin with `policy/`. A policy may not be named like one of them: what it finds is told
 * as `policy/NAME`, and one id must mean one rule. A test holds this list to the pages of the rules.
 */
export const reservedNames: ReadonlySet<string> = new Set([
  ...["binding", "cidr", "end-port", "except", "exception", "expression", "field", "kind", "missing", "name"],
  ...["port", "port-name", "protocol", "resource", "source"],
]);
