import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to the hub that can be cut and mended. */
export interface Line {
  address: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Lays a line from a free port of this machine to the hub. */
export async function line(hub: string): Promise<Line> {
  const { hostname, port } = new URL(hub);
  const ends = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [end, other] of [[near, far], [far, near]] as const) {
      ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => {
    for (const end of ends) end.destroy();
  };
  return {
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    cut: () => {
      whole = false;
      drop();
    },
    mend: () => {
      whole = true;
    },
    close: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
