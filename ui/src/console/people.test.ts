import { expect, test } from 'vitest';

import { Session } from '../session.svelte';
import { people } from './people.svelte';

test('a deed is read with the name of who did it, and with the account where nobody has a name for it', async () => {
  expect(people.name('tanaka')).toBe('tanaka');
  const call = () => Promise.resolve([{ account: 'tanaka', name: '田中' }]);
  await people.read(new Session({ call } as never));
  expect(people.name('tanaka')).toBe('田中');
  expect(people.name('gone')).toBe('gone');
});
