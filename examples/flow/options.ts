/** The command line of the flow. */
import { parseArgs } from 'node:util';

const MEBIBYTE = 2 ** 20;

const HELP = `Usage: npm start -- [options]

Sends a file (pull) and random integers (push) over TCP to a slower reader in another process, asks for
the close while the producer is still registered, and checks that everything arrived. Exits with 1 if
anything is wrong, with 2 if an option is.

Options:
  -f, --file <path>              file to send (default: a sample of Node's executable)
  -s, --size <MiB>               size of that sample (default: 8)
  -i, --integers <count>         random integers to send (default: 500000)
  -r, --speed <MiB>              what the reader takes each second (default: 6)
  -w, --high-water-mark <bytes>  bytes that make the buffer full (default: the socket's own)
  -p, --plot <file>              draw the flow there, as SVG: bytes buffered over time, pauses, rates
      --no-progress              draw no progress bar
  -h, --help                     this text

Example: npm start -- --file package-lock.json --speed 0.5`;

const HINT = '(npm start -- --help explains the options; mind the -- in the middle)';

/** The user's choices, in bytes and counts. */
export interface Options {
  /** The file to send; a sample is made if there is none. */
  readonly file: string | undefined;
  /** Bytes of the sample. */
  readonly size: number;
  /** Random integers to send after the file. */
  readonly integers: number;
  /** Bytes that the reader takes each second. */
  readonly speed: number;
  /** Bytes from which on the buffer is full; the socket's own if left out. */
  readonly highWaterMark: number | undefined;
  /** Where to draw the flow, as SVG; not at all if left out. */
  readonly plot: string | undefined;
  /** Whether to draw a progress bar, where there is a terminal. */
  readonly progress: boolean;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new Error(`--${name} '${text}' must be a whole number of at least 0`);
  }
  return value;
}

function mebibytes(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) {
    throw new Error(`--${name} '${text}' must be more than 0`);
  }
  return Math.ceil(value * MEBIBYTE);
}

function parse(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      file: { type: 'string', short: 'f' },
      size: { type: 'string', short: 's', default: '8' },
      integers: { type: 'string', short: 'i', default: '500000' },
      speed: { type: 'string', short: 'r', default: '6' },
      'high-water-mark': { type: 'string', short: 'w' },
      plot: { type: 'string', short: 'p' },
      'no-progress': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const highWaterMark = values['high-water-mark'];
  return {
    file: values.file,
    size: mebibytes('size', values.size),
    integers: wholeNumber('integers', values.integers),
    speed: mebibytes('speed', values.speed),
    highWaterMark:
      highWaterMark === undefined ? undefined : wholeNumber('high-water-mark', highWaterMark),
    plot: values.plot,
    progress: !values['no-progress'],
  };
}

/**
 * Reads the command line; answers `--help` and complains by itself. Exits with 2 if an option is
 * wrong: 1 says that the flow itself is.
 */
export function parseOptions(args: string[]): Options {
  try {
    const options = parse(args);
    if (options !== 'help') return options;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    console.error(`error: ${(error as Error).message}\n${HINT}`);
    return process.exit(2);
  }
}
