import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';

import generated from '../generated/openapi.json';
import { choicesOf, found, linesOf, operationsOf, typeOf, type Document } from './read';

const read = generated as unknown as Document;
const operations = operationsOf(read);
const text = (schema: Parameters<typeof typeOf>[0]) => typeOf(schema).map((piece) => piece.text).join('');

describe('the document of the hub', () => {
  test('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(generated) as Record<string, unknown>);
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');
  });

  describe('its examples', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    beforeAll(() => {
      ajv.addSchema({ $id: 'hub', ...(generated as object) });
    });
    const wrong = (place: string, value: unknown) => {
      const validate = ajv.compile({ $ref: `hub#${place}` });
      return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
    };
    const pointer = (...parts: string[]) => parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

    test.each(operations.map((one) => [`${one.method} ${one.path}`, one] as const))('%s: are of its types', (_, one) => {
      const { path, method, body, answer } = one;
      const base = ['paths', path, method.toLowerCase()];
      if (body?.content.example !== undefined) {
        expect(wrong(pointer(...base, 'requestBody', 'content', body.media, 'schema'), body.content.example)).toEqual([]);
      }
      if (answer.media !== null && answer.content.example !== undefined) {
        expect(wrong(pointer(...base, 'responses', answer.status, 'content', answer.media, 'schema'), answer.content.example)).toEqual([]);
      }
      // What is sent as a file is described in words.
      expect(body?.media !== 'application/json' || body.content.example !== undefined).toBe(true);
    });

    test.each(Object.keys(read.components.examples))('the refusal %s is a problem', (code) => {
      expect(wrong('/components/schemas/Problem', read.components.examples[code]?.value)).toEqual([]);
    });
  });

  test('tells every code on one operation at least', () => {
    const codes = new Set(operations.flatMap((one) => one.refusals.map((refusal) => refusal.code)));
    expect([...codes].sort()).toEqual(Object.keys(read.components.examples).sort());
  });
});

describe('reading it', () => {
  test('operations stand in the order of their groups, with who may and what comes of it', () => {
    const groups = operations.map((one) => one.group);
    expect(groups).toEqual([...groups].sort((a, b) => read.tags.findIndex((tag) => tag.name === a) - read.tags.findIndex((tag) => tag.name === b)));
    const issue = operations.find((one) => one.id === 'postTickets');
    expect(issue).toMatchObject({ method: 'POST', path: '/api/tickets', roles: ['clerk', 'lead'], answer: { status: '200' } });
    expect(issue?.refusals.map((refusal) => refusal.code)).toContain('service_closed');
    expect(issue?.parameters.map((one) => one.name)).toEqual(['Idempotency-Key']);
  });

  test.each([
    ['no-show', ['postTicketsIdNoShow']],
    ['POST alarm', ['postAlarm', 'postAlarmCleared']],
    ['recall_too_soon', ['postTicketsIdRecall']],
    ['officeview', ['getOffice']],
    ['nothing of the kind', []],
  ])('%s is found', (wanted, ids) => {
    expect(found(operations, wanted).map((one) => one.id)).toEqual(ids);
  });

  test.each([
    [{ type: 'string' }, 'string'],
    [{ type: ['string', 'null'] }, 'string'],
    [{ type: 'integer', format: 'int64' }, 'integer (int64)'],
    [{ $ref: '#/components/schemas/TicketView' }, 'TicketView'],
    [{ type: 'array', items: { $ref: '#/components/schemas/TicketView' } }, 'TicketView[]'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'string → string'],
    [{ anyOf: [{ $ref: '#/components/schemas/Bracket' }, { type: 'null' }] }, 'Bracket'],
    [{ type: 'array', prefixItems: [{ type: 'integer' }, { type: 'integer' }] }, '[integer, integer]'],
    [{ const: 'clerk' }, '"clerk"'],
  ])('%j reads as %s', (schema, expected) => {
    expect(text(schema)).toBe(expected);
  });

  test('an object has lines, a choice has forms', () => {
    const ticket = read.components.schemas.TicketView;
    const live = read.components.schemas.Live;
    if (!ticket || !live) throw new Error('the document has no tickets');
    expect(linesOf(ticket).find((line) => line.name === 'number')).toMatchObject({ required: true, note: 'What people read and hear, `A-001`.' });
    expect(linesOf(ticket).find((line) => line.name === 'then')?.required).toBe(false);
    expect(choicesOf(live)).toHaveLength(5);
  });
});
