import { expect, test, type APIResponse } from '@playwright/test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { asDevice, beginAnew, callUntil, COUNTER, finish, issue, serviceOf } from './desk';

interface Told {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

/** Lays what the hub answers beside what its document says. */
class Contract {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  readonly #paths: Record<string, Record<string, Told>>;
  readonly #known = new Map<string, ValidateFunction>();

  constructor(document: { paths: Record<string, Record<string, Told>> }) {
    this.#paths = document.paths;
    this.#ajv.addSchema({ $id: 'hub', ...document });
  }

  /** Where the answer is not as told; nothing when all is well. */
  async wrong(method: string, path: string, answer: APIResponse): Promise<string[]> {
    const status = String(answer.status());
    const media = (answer.headers()['content-type'] ?? '').split(';')[0] ?? '';
    const told = this.#paths[path]?.[method.toLowerCase()]?.responses[status];
    if (told === undefined) return [`${method} ${path}: ${status} is not told of`];
    if (told.content === undefined) return (await answer.body()).length === 0 ? [] : [`${method} ${path}: ${status} has a body`];
    if (!(media in told.content)) return [`${method} ${path}: ${media} is not told of`];
    const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', media, 'schema'].map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
    return this.says(pointer, await answer.json()).map((what) => `${method} ${path}: ${what}`);
  }

  says(pointer: string, value: unknown): string[] {
    const validate = this.#known.get(pointer) ?? this.#ajv.compile({ $ref: `hub#${pointer}` });
    this.#known.set(pointer, validate);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
  }
}

test('what the hub answers is what its document says', async ({ page, request }) => {
  const contract = new Contract((await (await request.get('/openapi.json')).json()) as ConstructorParameters<typeof Contract>[0]);
  const wrong: string[] = [];
  const lay = async (method: string, path: string, answer: APIResponse) => { wrong.push(...(await contract.wrong(method, path, answer))); };
  const service = await serviceOf(request);
  const key = () => ({ 'Idempotency-Key': crypto.randomUUID() });

  await lay('GET', '/api/health', await request.get('/api/health'));
  await lay('GET', '/api/words/{tag}', await request.get('/api/words/en'));
  await lay('GET', '/api/words/{tag}', await request.get('/api/words/tlh'));
  await lay('GET', '/api/office', await request.get('/api/office', { headers: asDevice() }));
  await lay('GET', '/api/office', await request.get('/api/office'));
  await lay('GET', '/api/visit/{token}', await request.get('/api/visit/nobody'));
  await lay('POST', '/api/lease', await request.post('/api/lease', { headers: { ...asDevice(), ...key() } }));
  const issued = await request.post('/api/tickets', { headers: { ...asDevice(), ...key() }, data: { service, language: 'ja' } });
  await lay('POST', '/api/tickets', issued);
  const { token } = (await issued.json()) as { token: string };
  await lay('GET', '/api/visit/{token}', await request.get(`/api/visit/${token}`));
  await lay('POST', '/api/tickets', await request.post('/api/tickets', { headers: { ...asDevice(), ...key() }, data: { service: 'no-such', language: 'ja' } }));
  await lay('POST', '/api/tickets', await request.post('/api/tickets', { headers: asDevice(), data: { service, language: 'ja' } }));
  await lay('POST', '/api/tickets', await request.post('/api/tickets', { headers: { ...asDevice(), ...key() }, data: { what: 1 } }));
  await lay('POST', '/api/login', await request.post('/api/login', { data: { account: 'nobody', password: 'a wrong password' } }));

  await beginAnew(page, request);
  const { ticket } = await issue(request, service);
  await callUntil(page, ticket.number);
  const clerk = page.context().request;
  const tell = async (path: string, act: string, data?: unknown) => {
    await lay('POST', `${path}/${act}`, await clerk.post(`${path.replace('{id}', path.includes('tickets') ? ticket.id : COUNTER)}/${act}`, { headers: key(), ...(data !== undefined && { data }) }));
  };
  await lay('GET', '/api/me', await clerk.get('/api/me'));
  await lay('GET', '/api/people', await clerk.get('/api/people'));
  await lay('GET', '/api/office', await clerk.get('/api/office'));
  await lay('GET', '/api/dashboard', await clerk.get('/api/dashboard'));
  await lay('GET', '/api/audit', await clerk.get('/api/audit'));
  await lay('GET', '/api/tickets/{id}/case', await clerk.get(`/api/tickets/${ticket.id}/case`));
  await tell('/api/tickets/{id}', 'recall', { counter: COUNTER });
  await tell('/api/tickets/{id}', 'start', { counter: COUNTER });
  await tell('/api/tickets/{id}', 'prioritise', { considerate: true });
  await tell('/api/tickets/{id}', 'restore', { place: 'next' });
  await tell('/api/counters/{id}', 'next');
  await finish(page);
  await lay('POST', '/api/undo', await clerk.post('/api/undo', { headers: key() }));
  await finish(page);
  await lay('POST', '/api/staff', await clerk.post('/api/staff', { headers: key(), data: {} }));

  const first = await page.evaluate(() => new Promise<string>((heard) => {
    const stream = new EventSource('/api/live');
    stream.onmessage = (event: MessageEvent<string>) => { stream.close(); heard(event.data); };
  }));
  wrong.push(...contract.says('/components/schemas/Live', JSON.parse(first)));
  expect(wrong).toEqual([]);
});

test('the page to read it stands at the hub, finds a command and shows its shape', async ({ page }) => {
  await page.goto('/api-docs/');
  await page.getByLabel('探す').fill('no-show');
  await page.locator('[data-asked="postTicketsIdNoShow"]').click();
  await expect(page.locator('[data-operation="postTicketsIdNoShow"]')).toContainText('Nobody came.');
  await expect(page.locator('[data-refusal="ticket_state"]')).toBeVisible();
  await page.locator('[data-operation] [data-type="AtCounter"]').click();
  await expect(page.locator('[data-shape="AtCounter"] [data-field="counter"]')).toBeVisible();
});
