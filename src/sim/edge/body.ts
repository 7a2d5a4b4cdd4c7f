import type { IncomingMessage } from "node:http";
import type { Json } from "../../core/json.ts";
import { readYaml } from "../../datum/yaml.ts";
import { ApiFailure, badRequest } from "./failure.ts";
import { readProtobuf } from "./protobuf.ts";

const maxBodyBytes = 3 * 1024 * 1024;

/** Reads a request's body as JSON, or as YAML where the type says so; an empty body is null. */
export async function readBody(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) {
      throw new ApiFailure(413, "RequestEntityTooLarge", `Request entity too large: limit is ${maxBodyBytes}`);
    }
    chunks.push(chunk as Buffer);
  }
  const whole = Buffer.concat(chunks);
  const type = contentType(request);
  if (type === "application/vnd.kubernetes.protobuf" && whole.length > 0) return readProtobuf(whole);
  const text = whole.toString("utf8");
  if (text.trim() === "") return null;
  if (/protobuf|cbor/.test(type)) {
    throw new ApiFailure(415, "UnsupportedMediaType", `the body of the request was in an unknown format: ${type}`);
  }
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (!type.includes("yaml")) throw badRequest(`the body is not JSON: ${(error as Error).message}`);
  }
  const { documents, problems } = readYaml("the body", Buffer.from(text));
  const [problem] = problems.filter(({ severity }) => severity === "error");
  if (problem !== undefined) throw badRequest(`the body is not YAML: line ${problem.line}: ${problem.message}`);
  if (documents.length !== 1) throw badRequest(`the body holds ${documents.length} documents instead of one`);
  return documents[0]?.value ?? null;
}

/** The media type without its parameters. */
export function contentType(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
}
