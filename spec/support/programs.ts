/** Programs of examples/, run as processes of their own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The folder of the package. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** How a program ended. */
interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `command` in `cwd` to its end, with `input` on its standard input. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd = ROOT, input = '', env = process.env } = {},
): Promise<Ended> {
  const child = spawn(command, args, { cwd, env });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  child.stdin.on('error', () => {}); // It may end without reading.
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** Runs a program of examples/ to its end. */
export function runExample(name: string, ...args: string[]): Promise<Ended> {
  return run(process.execPath, ['--import', 'tsx/esm', `examples/${name}`, ...args]);
}

/** A server of examples/ that runs. */
export interface RunningServer {
  readonly port: number;
  /** Resolves with the next line that it prints, to either output. */
  nextLine(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server of examples/ and waits until it listens. */
export async function startServer(name: string, ...args: string[]): Promise<RunningServer> {
  const program = [`examples/${name}`, ...args].map((word) => `'${word}'`).join(' ');
  const child: ChildProcess = spawn(
    'sh',
    ['-c', `exec '${process.execPath}' --import tsx/esm ${program} 2>&1`],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface(child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  const nextLine = async () => {
    const next = await lines.next();
    if (next.done === true) throw new Error(`${name} has ended`);
    return next.value;
  };
  const port = Number(/(\d+)(?:\/FILE)?$/.exec(await nextLine())?.[1]);
  const stop = async () => {
    const exit = once(child, 'exit');
    if (child.kill()) await exit;
  };
  return { port, nextLine, stop };
}

/** `describe`, or loudly skipped where `tool` is absent. */
export function describeWithTool(tool: string, title: string, specs: () => void): void {
  if (spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0) describe(title, specs);
  else describe.skip(`${title} (SKIPPED: needs ${tool})`, specs);
}
