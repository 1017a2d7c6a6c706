/** Objects that stand in front of a transport and pass on every member that they do not have. */

/** An object in front of a transport. */
interface InFront {
  readonly transport: object | null;
}

/**
 * Looks up names that instances of `Class` do not have in their `transport`, as Python's
 * `__getattr__` does. Methods are called on the transport. Access to members of `Class` itself is
 * as fast as before.
 */
export function forwardToTransport(Class: { readonly prototype: InFront }): void {
  const base = Object.getPrototypeOf(Class.prototype) as object;
  const forwarding = new Proxy(Object.create(base) as object, {
    get(known, name, inFront: InFront): unknown {
      if (name in known) return Reflect.get(known, name, inFront);
      // No symbols: a symbol of the transport, such as its `inspect` method, is not about
      // `inFront`.
      if (typeof name === 'symbol' || !Object.hasOwn(inFront, 'transport')) return undefined;
      const { transport } = inFront;
      if (transport === null) return undefined;
      const value: unknown = Reflect.get(transport, name);
      return typeof value === 'function' ? (value.bind(transport) as unknown) : value;
    },
  });
  flatten(Class.prototype);
  Object.setPrototypeOf(Class.prototype, forwarding);
}

/**
 * Gives `prototype` its inherited methods as its own, because a look-up that passes a `Proxy` is
 * slow.
 */
function flatten(prototype: object): void {
  let base = Object.getPrototypeOf(prototype) as object;
  for (; base !== Object.prototype; base = Object.getPrototypeOf(base) as object) {
    for (const name of Reflect.ownKeys(base)) {
      if (Object.hasOwn(prototype, name)) continue;
      Reflect.defineProperty(prototype, name, Object.getOwnPropertyDescriptor(base, name)!);
    }
  }
}
