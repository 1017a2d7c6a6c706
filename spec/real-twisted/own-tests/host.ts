/**
 * The Node end of the bridge over which Twisted's own tests drive this library: makes its objects and
 * calls them as Python asks, and asks Python back when they call what lives there.
 *
 * Messages are lines of JSON, one conversation deep in the other: while either end waits for an
 * answer, it serves what the other asks. Reading blocks, so that a call to Python is an ordinary
 * call. Between a request of the outermost conversation and its answer, promise jobs run; timers and
 * immediates run when Python asks for it with `turn`. ../bridge/bridge.py is the other end.
 */
import { constants, createReadStream, createWriteStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';

import * as library from '../../../lib/index.js';
import * as protocols from '../../../lib/protocols/index.js';
import * as testing from '../../../lib/testing/index.js';
import { readMessage, send, type Message } from './line.js';

const exported = {
  ...library,
  ...protocols,
  ...testing,
  TimeoutMixin: protocols.TimeoutMixin(),
} as unknown as Record<string, unknown>;

/** On what stands in for a Python object, or was made for one: its number in Python. */
const IN_PYTHON = Symbol('in Python');

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Class = new (...args: unknown[]) => object;

/** An exception of Python, on its way through JavaScript. */
class PythonError extends Error {}

/** Asks Python, serving what it asks meanwhile. */
function ask(message: Message): unknown {
  send(message);
  for (;;) {
    const answer = readMessage();
    if ('throws' in answer) throw fromWire(answer['throws']);
    if ('returns' in answer) return fromWire(answer['returns']);
    send(serve(answer));
  }
}

// Values on the line. What has no JSON is an object with one telling key.

/** Our objects that Python knows, by number, and the numbers of those objects. */
const ours: object[] = [];
const numbers = new WeakMap<object, number>();
/** Our objects that a Python object is a face of, by the number of that. */
const behindFaces = new Map<number, object>();
/** The objects that stand in for Python's objects here, by number. */
const standIns = new Map<number, object>();
/** How to settle the promises that stand in for Python's Deferreds. */
const settlers = new Map<number, (message: Message) => void>();
/** The messages for promises that are not made yet. */
const settledEarly = new Map<number, Message>();

function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) {
    number = ours.push(object) - 1;
    numbers.set(object, number);
  }
  return number;
}

function toWire(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && !Number.isFinite(value)) return { float: String(value) };
  if (typeof value !== 'object' && typeof value !== 'function') return value;
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { list: value.map(toWire) };
  if (value instanceof Set) return { set: [...value].map(toWire) };
  const inPython = (value as { [IN_PYTHON]?: number })[IN_PYTHON];
  if (inPython !== undefined) {
    // A face's object can be met here before its constructor has returned.
    if (standIns.get(inPython) !== value) behindFaces.set(inPython, value);
    return value instanceof Error ? { error: { python: inPython } } : { python: inPython };
  }
  if (value instanceof Error) {
    return { error: { name: value.name, message: value.message, number: numberOf(value) } };
  }
  if (value instanceof Promise) return promiseToWire(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype === Object.prototype || prototype === null) && !hasMethods(value)) {
    return { dict: mapValues(value as Record<string, unknown>, toWire) };
  }
  const callable = typeof value === 'function';
  return { ours: numberOf(value), class: value.constructor.name, callable };
}

function hasMethods(value: object): boolean {
  return Object.values(value).some((member) => typeof member === 'function');
}

function promiseToWire(promise: Promise<unknown>): unknown {
  if (numbers.has(promise)) return { promise: numberOf(promise) };
  const number = numberOf(promise);
  const settled = (succeeds: boolean) => (outcome: unknown) => {
    ask({ settled: number, succeeds, outcome: toWire(outcome) });
  };
  void promise.then(settled(true), settled(false));
  return { promise: number };
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function fromWire(wire: unknown): unknown {
  if (typeof wire !== 'object' || wire === null) return wire;
  const message = wire as Message;
  if ('bytes' in message) return Buffer.from(message['bytes'] as string, 'base64');
  if ('list' in message) return (message['list'] as unknown[]).map(fromWire);
  if ('dict' in message) return mapValues(message['dict'] as Record<string, unknown>, fromWire);
  if ('float' in message) return Number(message['float']);
  if ('ours' in message) return ours[message['ours'] as number];
  if ('deferred' in message) return deferredFromWire(message['deferred'] as number);
  if ('error' in message) return errorFromWire(message['error'] as Message);
  if ('python' in message) return pythonFromWire(message);
  return undefined;
}

function deferredFromWire(number: number): object {
  const known = standIns.get(number);
  if (known !== undefined) return known;
  const promise: object = new Promise((resolve, reject) => {
    settlers.set(number, ({ succeeds, outcome: wire }) => {
      const outcome = fromWire(wire);
      if (succeeds) resolve(outcome);
      else reject(outcome instanceof Error ? outcome : new PythonError(String(outcome)));
    });
  });
  Object.assign(promise, { [IN_PYTHON]: number });
  standIns.set(number, promise);
  const early = settledEarly.get(number);
  if (early !== undefined) settlers.get(number)?.(early);
  return promise;
}

function errorFromWire(wire: Message): unknown {
  if ('number' in wire) return ours[wire['number'] as number];
  const number = wire['python'] as number;
  const known = standIns.get(number);
  if (known !== undefined) return known;
  const name = wire['name'] as string;
  const ourClass = exported[name] as (new (message: string) => Error) | undefined;
  const error = new (ourClass ?? PythonError)(wire['message'] as string);
  error.name = name;
  Object.defineProperty(error, IN_PYTHON, { value: number });
  standIns.set(number, error);
  return error;
}

function pythonFromWire(wire: Message): object {
  const number = wire['python'] as number;
  const known = behindFaces.get(number) ?? standIns.get(number);
  if (known !== undefined) return known;
  const standIn = standInFor(number, wire['is'] as string);
  standIns.set(number, standIn);
  return standIn;
}

function standInFor(number: number, kind: string): object {
  if (kind === 'function') {
    const call = (...args: unknown[]): unknown =>
      ask({ call: number, args: args.map(toWire) }) ?? undefined;
    return Object.assign(call, { [IN_PYTHON]: number });
  }
  const next = kind === 'iterator' ? (): unknown => ask({ next: number }) : undefined;
  return new Proxy(
    {},
    {
      get: (_target, name) => {
        if (name === IN_PYTHON) return number;
        if (name === 'next') return next;
        return typeof name === 'string' ? attribute(number, name) : undefined;
      },
      has: (_target, name) => typeof name === 'string' && (ask({ has: number, name }) as boolean),
      set: (_target, name, value) => {
        ask({ set: number, name, value: toWire(value) });
        return true;
      },
    },
  );
}

function attribute(number: number, name: string): unknown {
  if (name === 'then' || name === 'toJSON') return undefined;
  if (name === 'constructor') return { name: ask({ classOf: number }) };
  const { method, value } = ask({ get: number, name }) as { method: boolean; value: unknown };
  return method ? pythonMethod(number, name) : (value ?? undefined);
}

function pythonMethod(number: number, name: string): Method {
  return (...args) => ask({ call: number, name, args: args.map(toWire) }) ?? undefined;
}

// The requests of Python.

function serve(message: Message): Message {
  try {
    return { returns: toWire(perform(message)) };
  } catch (error) {
    return { throws: toWire(error) };
  }
}

function perform(message: Message): unknown {
  const args = ((message['args'] ?? []) as unknown[]).map(fromWire);
  const name = message['name'] as string;
  const of = (): Record<string, unknown> => fromWire(message['of']) as Record<string, unknown>;
  switch (message['do']) {
    case 'make':
      return make(message, args);
    case 'super':
      return methodOf(message['class'], of(), name).apply(of(), args);
    case 'call':
      return (of()[name] as Method).apply(of(), args);
    case 'invoke':
      return (fromWire(message['of']) as Method)(...args);
    case 'function':
      return (exported[name] as Method)(...args);
    case 'static':
      return Reflect.apply(
        (classNamed(message['class']) as unknown as Record<string, Method>)[name] as Method,
        classNamed(message['class']),
        args,
      );
    case 'get':
      return of()[name];
    case 'set':
      of()[name] = fromWire(message['value']);
      return undefined;
    case 'override':
      of()[name] = pythonMethod(message['face'] as number, message['pythonName'] as string);
      return undefined;
    case 'settle':
      settle(message);
      return undefined;
    case 'turn':
      return undefined;
    case 'chdir':
      process.chdir(name);
      return undefined;
    case 'open':
      return open(name, message['flags'] as number);
    case 'has':
      return name in exported;
    default:
      throw new Error(`what is ${JSON.stringify(message)}?`);
  }
}

/** A stream that reads or writes a file, or a pipe, that Python has open. */
function open(path: string, flags: number): object {
  const fd = openSync(path, flags);
  const reads = flags === constants.O_RDONLY;
  if (!fstatSync(fd).isFile()) return new Socket({ fd, readable: reads, writable: !reads });
  return reads ? createReadStream(path, { fd }) : createWriteStream(path, { fd });
}

function settle(message: Message): void {
  const number = message['deferred'] as number;
  const settler = settlers.get(number);
  if (settler === undefined) settledEarly.set(number, message);
  else settler(message);
}

function classNamed(name: unknown): Class {
  return exported[name as string] as Class;
}

/** The method as our class defines it, or the instance, where it is a field. */
function methodOf(className: unknown, object: Record<string, unknown>, name: string): Method {
  const { prototype } = classNamed(className) as { prototype: Record<string, unknown> };
  return (prototype[name] ?? object[name]) as Method;
}

/**
 * Makes an object for its face in Python, as an instance of a subclass that has what the face's class
 * overrides: methods that call Python, and fields.
 */
function make(message: Message, args: unknown[]): object {
  const face = message['face'] as number;
  const fields = mapValues(message['fields'] as Record<string, unknown>, fromWire);
  const Base = classNamed(message['class']);
  const Derived = class extends Base {};
  const prototype = Derived.prototype as Record<PropertyKey, unknown>;
  for (const [ours, python] of Object.entries(message['overrides'] as Record<string, string>)) {
    prototype[ours] = pythonMethod(face, python);
  }
  Object.defineProperty(Derived, 'name', { value: message['pythonClass'] });
  Object.defineProperty(prototype, IN_PYTHON, { value: face });
  for (const [name, value] of Object.entries(fields)) {
    // Defined, not assigned: the base may have a getter. It must be there while the base constructs.
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
  const made = new Derived(...args) as Record<string, unknown>;
  behindFaces.set(face, made);
  for (const [name, value] of Object.entries(fields)) {
    if (Object.hasOwn(made, name)) made[name] = value;
  }
  return made;
}

const PROMISE_JOBS = 100;

async function main(): Promise<void> {
  library.log.addObserver(({ error, why }) => {
    ask({ log: toWire(error), why });
  });
  for (;;) {
    const message = readMessage();
    const answer = serve(message);
    if (message['do'] === 'turn') await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < PROMISE_JOBS; i += 1) await Promise.resolve();
    send(answer);
  }
}

process.on('unhandledRejection', (error) => console.error('unhandled in Node:', error));
await main();
