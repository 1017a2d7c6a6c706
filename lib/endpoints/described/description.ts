/** The syntax of the strings that describe endpoints: `tcp:host=example.com:port=80`. */
import { InvalidArgTypeError } from '../../base/errors.js';
import { EndpointDescriptionError } from './errors.js';

const DESCRIPTION = 'a string, and the first argument: there is no reactor before it';

/** The parts of a description. */
export interface Description {
  /** The text before the first colon. */
  readonly type: string;
  /** The arguments without a name, in order. */
  readonly positional: readonly string[];
  /** The arguments with a name. */
  readonly named: Readonly<Record<string, string>>;
}

/**
 * Splits `text` into its parts. Colons separate arguments; the text before an argument's first `=`
 * is its name. After a backslash, a character stands for itself.
 *
 * @throws InvalidArgTypeError: `text` is not a string.
 * @throws EndpointDescriptionError: it ends in a backslash, or doesn't begin with a type.
 */
export function parseDescription(text: unknown): Description {
  if (typeof text !== 'string') throw new InvalidArgTypeError('description', DESCRIPTION, text);
  const positional: string[] = [];
  const named: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { name, value } of argumentsOf(text)) {
    if (name === undefined) positional.push(value);
    else named[name] = value;
  }
  const type = positional.shift();
  if (type === undefined) {
    throw new EndpointDescriptionError(`The description '${text}' doesn't say which type it is of`);
  }
  return { type, positional, named };
}

/** The arguments of `text`, in order. */
function* argumentsOf(text: string): Generator<{ name: string | undefined; value: string }> {
  let name: string | undefined;
  let value = '';
  const characters = text[Symbol.iterator]();
  for (const character of characters) {
    if (character === '\\') {
      const { done, value: escaped } = characters.next();
      if (done) throw new EndpointDescriptionError(`The description '${text}' ends in a backslash`);
      value += escaped;
    } else if (character === ':') {
      yield { name, value };
      [name, value] = [undefined, ''];
    } else if (character === '=' && name === undefined) {
      [name, value] = [value, ''];
    } else {
      value += character;
    }
  }
  yield { name, value };
}

/**
 * Escapes `argument`, so that it can be part of a description, with any characters.
 *
 * @example
 * ```ts
 * serverFromString(`unix:${quoteStringArgument(path)}`);
 * ```
 *
 * @param argument - An argument, or its value.
 * @returns `argument`, with a backslash before each backslash and colon. An `=` is not escaped, so
 *   an argument with an `=` must have a name.
 * @throws InvalidArgTypeError: `argument` is not a string.
 * @see Twisted: `twisted.internet.endpoints.quoteStringArgument`
 */
export function quoteStringArgument(argument: string): string {
  if (typeof argument !== 'string') throw new InvalidArgTypeError('argument', 'a string', argument);
  return argument.replaceAll(/[\\:]/g, '\\$&');
}

/** The arguments of one description, by name. */
export type Arguments<Name extends string> = Partial<Record<Name, string>>;

/**
 * The arguments of `description` by their names, as Python passes them to a function.
 *
 * @param order - The names of the arguments that may be given without a name, in order.
 * @param others - The names of the other arguments.
 * @throws EndpointDescriptionError: there are too many arguments, or an argument is given twice or
 *   unknown.
 */
export function bindArguments<Name extends string>(
  { type, positional, named }: Description,
  order: readonly Name[],
  others: readonly Name[] = [],
): Arguments<Name> {
  assertPositional({ type, positional }, order);
  const bound: Arguments<Name> = {};
  positional.forEach((value, i) => (bound[order[i] as Name] = value));
  for (const [name, value] of Object.entries(named)) {
    const known = [...order, ...others].find((each) => each === name);
    if (known === undefined) {
      throw new EndpointDescriptionError(`'${type}:' has no argument '${name}'`);
    }
    if (known in bound) {
      const hint = 'quoteStringArgument escapes the colons of a value';
      throw new EndpointDescriptionError(`'${name}' is given twice; ${hint}`);
    }
    bound[known] = value;
  }
  return bound;
}

/** @throws EndpointDescriptionError: there are more arguments without a name than `order` has. */
export function assertPositional(
  { type, positional }: Pick<Description, 'type' | 'positional'>,
  order: readonly string[],
): void {
  if (positional.length <= order.length) return;
  const most = `at most ${order.length} arguments without a name (${order.join(', ')})`;
  throw new EndpointDescriptionError(`'${type}:' takes ${most}. Received ${positional.length}`);
}

/**
 * @returns `value`.
 * @throws EndpointDescriptionError: it was left out.
 */
export function required(value: string | undefined, name: string, type: string): string {
  if (value === undefined) throw new EndpointDescriptionError(`'${type}:' needs '${name}'`);
  return value;
}

/**
 * `value` as a number, as Python reads it.
 *
 * @param radix - 10, or 8 for permissions.
 * @throws EndpointDescriptionError: it is not a number.
 */
export function integer(value: string, name: string, radix: 8 | 10 = 10): number {
  const digits = radix === 8 ? '[0-7]' : '[0-9]';
  const prefix = radix === 8 ? '(?:0[oO]_?)?' : '';
  const form = new RegExp(`^\\s*[+-]?${prefix}${digits}+(?:_${digits}+)*\\s*$`);
  if (!form.test(value)) {
    throw new EndpointDescriptionError(
      `'${name}' must be a whole number${radix === 8 ? ', octal' : ''}. Received '${value}'`,
    );
  }
  return Number.parseInt(value.replaceAll('_', '').replace(/0[oO]/, ''), radix);
}

/** As {@link integer}; `undefined` if there is no value. */
export function optionalInteger(value: string | undefined, name: string): number | undefined {
  return value === undefined ? undefined : integer(value, name);
}
