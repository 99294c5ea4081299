/** What this page reads of an OpenAPI 3.1 document; the hub makes it, so only what the hub writes is understood. */
export interface Document {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Spoken>>;
  components: { schemas: Record<string, Schema>; examples: Record<string, { value: Problem }> };
}

interface Problem {
  status: number;
  code: string;
  title: string;
}

interface Content {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

interface Spoken {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters: Parameter[];
  requestBody?: { required: boolean; description: string; content: Record<string, Content> };
  responses: Record<string, { description: string; content?: Record<string, Content> }>;
  'x-roles'?: string[];
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description: string;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

/** One thing that may be asked. */
export interface Operation {
  id: string;
  method: string;
  path: string;
  group: string;
  summary: string;
  who: string;
  roles: string[];
  parameters: Parameter[];
  body: { required: boolean; note: string; media: string; content: Content } | null;
  answer: { status: string; note: string; media: string | null; content: Content };
  refusals: Problem[];
}

/** A piece of a type in words; `ref` names the type that it leads to. */
export interface Piece {
  text: string;
  ref?: string;
}

/** One line of a shape. */
export interface Line {
  name: string;
  required: boolean;
  type: Piece[];
  note: string;
}

const only = <T>(record: Record<string, T>): [string, T] | undefined => Object.entries(record)[0];

/** Everything that may be asked, in the order of the document's groups. */
export function operationsOf(document: Document): Operation[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, spoken]) => operation(document, path, method, spoken)),
  );
  return document.tags.flatMap(({ name }) => all.filter((one) => one.group === name));
}

function operation(document: Document, path: string, method: string, spoken: Spoken): Operation {
  const body = spoken.requestBody && only(spoken.requestBody.content);
  const [status, answer] = Object.entries(spoken.responses).find(([code]) => code.startsWith('2')) ?? ['', { description: '' }];
  const told = answer.content && only(answer.content);
  const codes = Object.values(spoken.responses).flatMap((one) => Object.values(one.content ?? {}).flatMap((content) => Object.keys(content.examples ?? {})));
  return {
    id: spoken.operationId,
    method: method.toUpperCase(),
    path,
    group: spoken.tags[0] ?? '',
    summary: spoken.summary,
    who: spoken.description,
    roles: spoken['x-roles'] ?? [],
    parameters: spoken.parameters,
    body: body && spoken.requestBody ? { required: spoken.requestBody.required, note: spoken.requestBody.description, media: body[0], content: body[1] } : null,
    answer: { status, note: answer.description, media: told?.[0] ?? null, content: told?.[1] ?? {} },
    refusals: codes.flatMap((code) => document.components.examples[code]?.value ?? []),
  };
}

/** Those that contain every word that somebody looks for, in path, sentence, people or types. */
export function found(operations: readonly Operation[], wanted: string): Operation[] {
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return operations.filter((one) => {
    const text = [one.method, one.path, one.summary, one.who, ...one.roles, ...one.refusals.map((refusal) => refusal.code), refOf(one.body?.content.schema), refOf(one.answer.content.schema)].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const refOf = (schema: Schema | undefined): string => (schema === undefined ? '' : typeOf(schema).map((piece) => piece.ref ?? '').join(' '));

/** A schema as a type in words. */
export function typeOf(schema: Schema): Piece[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return [{ text: name, ref: name }];
  }
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const) }];
  if (schema.enum) return [{ text: schema.enum.map((one) => JSON.stringify(one)).join(' | ') }];
  const either = schema.anyOf ?? (schema.properties ? undefined : schema.oneOf);
  if (either) return joined(either.filter((one) => one.type !== 'null').map(typeOf), ' | ');
  if (schema.prefixItems) return [{ text: '[' }, ...joined(schema.prefixItems.map(typeOf), ', '), { text: ']' }];
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type ?? 'any']).filter((type) => type !== 'null');
  if (types.includes('array')) return [...(schema.items ? typeOf(schema.items) : [{ text: 'any' }]), { text: '[]' }];
  if (types.includes('object') && typeof schema.additionalProperties === 'object') return [{ text: 'string → ' }, ...typeOf(schema.additionalProperties)];
  return [{ text: schema.format === undefined ? types.join(' | ') : `${types.join(' | ')} (${schema.format})` }];
}

function joined(parts: Piece[][], between: string): Piece[] {
  return parts.flatMap((part, place) => (place === 0 ? part : [{ text: between }, ...part]));
}

/** The fields of an object. */
export function linesOf(schema: Schema): Line[] {
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    type: typeOf(field),
    note: field.description ?? '',
  }));
}

/** The values or forms between which a type chooses; none for a plain object. */
export function choicesOf(schema: Schema): Schema[] {
  return schema.oneOf ?? schema.anyOf ?? (schema.enum ?? []).map((one) => ({ const: one }));
}
