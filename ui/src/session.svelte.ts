import type { Login, Me } from './generated/wire';
import { Refused, type CallOptions, type Host, type Method } from './host/host';

/** Who is logged in at this page. Every call goes through it, so that an ended session is seen at once. */
export class Session {
  /** Not yet known, nobody, or somebody. */
  me = $state.raw<Me | null | undefined>(undefined);
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks the hub who is logged in. */
  async ask(): Promise<void> {
    try {
      this.me = await this.#host.call<Me>('GET', '/api/me');
    } catch (error) {
      if (error instanceof Refused && error.code === 'hub_away') throw error;
      this.me = null;
    }
  }

  async login(login: Login): Promise<void> {
    this.me = await this.#host.call<Me>('POST', '/api/login', login);
  }

  async logout(): Promise<void> {
    await this.#host.call('POST', '/api/logout', {});
    this.me = null;
  }

  call<T>(method: Method, path: string, body?: unknown, options?: CallOptions): Promise<T> {
    return this.#seen(this.#host.call<T>(method, path, body, options));
  }

  upload<T>(path: string, file: Blob, options?: CallOptions): Promise<T> {
    return this.#seen(this.#host.upload<T>(path, file, options));
  }

  async #seen<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof Refused && error.code === 'not_logged_in') this.me = null;
      throw error;
    }
  }
}
