/** A folder as a newcomer has it: an empty project with this package installed. */
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

import { ROOT, run } from './programs.js';
import { port } from './sockets.js';
import { makeFolder, removeFolder } from './temporary-folder.js';

/** Where the programs of our pages listen. */
const PORT = '8007';

/** The newcomer's own package.json, which some programs send. */
export const PACKAGE = '{ "name": "newcomer" }\n';

export class Newcomer {
  private constructor(
    private readonly folder: string,
    private readonly freePort: string,
  ) {}

  /** Makes the folder, and finds a port that is free. */
  static async arrive(): Promise<Newcomer> {
    const folder = makeFolder();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', 'twisted-streams'), 'junction');
    writeFileSync(join(folder, 'package.json'), PACKAGE);
    const server = net.createServer().listen(0);
    await once(server, 'listening');
    const freePort = String(port(server));
    server.close();
    return new Newcomer(folder, freePort);
  }

  /** Saves `code` as `hello.mjs` and runs it. Port 8007 in it becomes one that is free. */
  async run(code: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const path = join(this.folder, 'hello.mjs');
    writeFileSync(path, code.replaceAll(PORT, this.freePort));
    const ended = await run(process.execPath, [path], { cwd: this.folder });
    return { ...ended, stdout: ended.stdout.replaceAll(this.freePort, PORT) };
  }

  /** Removes the folder. */
  leave(): void {
    removeFolder(this.folder);
  }
}
