import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartFailed } from '../../errors.js';

/** Where a server shall listen and which variable says so. */
export interface ListenAt {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly variable: string;
}

/**
 * Starts listening.
 * @returns the URL by which this machine reaches the server
 * @throws StartFailed in one line when the port or address cannot be had
 */
export function listen(server: Server, at: ListenAt): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(startFailure(error, at));
    server.once('error', failed);
    server.listen(at.port, at.host, () => {
      server.off('error', failed);
      const scheme = 'setSecureContext' in server ? 'https' : 'http';
      resolve(`${scheme}://${hostOf(server.address() as AddressInfo)}`);
    });
  });
}

function startFailure({ code, message }: NodeJS.ErrnoException, { host, port, variable }: ListenAt): StartFailed {
  if (code === 'EADDRINUSE')
    return new StartFailed(`Port ${port} is already in use: stop the other process or set ${variable} to a free port.`);
  if (code === 'EACCES')
    return new StartFailed(`Port ${port} may not be opened by this user: set ${variable} to a port above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartFailed(`${host} is no address of this machine: set CLOUDWATCH_MCP_SERVER_HOST to one that is.`);
  return new StartFailed(`Cannot listen on ${host} port ${port} (${variable}): ${code ?? message}`);
}

function hostOf({ address, port }: AddressInfo): string {
  if (address === '0.0.0.0') return `127.0.0.1:${port}`;
  if (address === '::') return `[::1]:${port}`;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
