/** What can be said on the command line of the flow. */
import { Command, InvalidArgumentError, Option, type CommanderError } from 'commander';

const MEBIBYTE = 2 ** 20;

/** What the user chose, in bytes and counts. */
export interface Options {
  /** The file to send; a sample is made if there is none. */
  readonly file?: string;
  /** Bytes of the sample. */
  readonly size: number;
  /** Random integers to send after the file. */
  readonly integers: number;
  /** Bytes that the reader takes each second. */
  readonly speed: number;
  /** Bytes from which on the buffer is full; the socket's own if left out. */
  readonly highWaterMark?: number;
  /** Where to draw the flow, as SVG; not at all if left out. */
  readonly plot?: string;
  /** Whether to draw a progress bar, where there is a terminal. */
  readonly progress: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('It must be a whole number of at least 0.');
  }
  return value;
}

function mebibytes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be more than 0.');
  return Math.ceil(value * MEBIBYTE);
}

/** Exits with 2 if the options are wrong: 1 says that the flow itself is. */
function exit({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

/** Reads the command line; answers `--help` and complains by itself. */
export function parseOptions(argv: readonly string[]): Options {
  return new Command('npm start --')
    .usage('[options]')
    .description(
      'Sends a file (pull) and random integers (push) over TCP to a slower reader in another ' +
        'process, asks for the close while the producer is still registered, and checks that ' +
        'everything arrived. Exits with 1 if anything is wrong, with 2 if an option is.',
    )
    .option('-f, --file <path>', "file to send (default: a sample of Node's executable)")
    .addOption(
      new Option('-s, --size <MiB>', 'size of that sample')
        .argParser(mebibytes)
        .default(8 * MEBIBYTE, '8'),
    )
    .addOption(
      new Option('-i, --integers <count>', 'random integers to send')
        .argParser(wholeNumber)
        .default(500_000),
    )
    .addOption(
      new Option('-r, --speed <MiB>', 'what the reader takes each second')
        .argParser(mebibytes)
        .default(6 * MEBIBYTE, '6'),
    )
    .addOption(
      new Option(
        '-w, --high-water-mark <bytes>',
        "bytes that make the buffer full (default: the socket's own)",
      ).argParser(wholeNumber),
    )
    .option(
      '-p, --plot <file>',
      'draw the flow there, as SVG: bytes buffered over time, pauses, rates',
    )
    .option('--no-progress', 'draw no progress bar')
    .addHelpText('after', '\nExample: npm start -- --file package-lock.json --speed 0.5')
    .exitOverride(exit)
    .showHelpAfterError('(npm start -- --help explains the options; mind the -- in the middle)')
    .parse(argv)
    .opts<Options>();
}
