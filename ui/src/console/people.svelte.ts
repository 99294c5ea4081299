import type { Colleague } from '../generated/wire';
import type { Session } from '../session.svelte';

/** Who the accounts are: deeds name accounts, colleagues read names. An account that is gone, or new since, stands as it is. */
class People {
  #names = $state.raw<ReadonlyMap<string, string>>(new Map());

  async read(session: Session): Promise<void> {
    const people = await session.call<Colleague[]>('GET', '/api/people');
    this.#names = new Map(people.map((one) => [one.account, one.name]));
  }

  name(account: string): string {
    return this.#names.get(account) ?? account;
  }
}

export const people = new People();
