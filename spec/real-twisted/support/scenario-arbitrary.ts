/**
 * Scenarios as a fast-check arbitrary. The makers of scenarios draw from a `Random`, one choice after the
 * other; here the choices are remembered. A smaller scenario is what the maker makes of fewer or smaller
 * choices, so it is always one that the maker might have made.
 */
import fc from 'fast-check';

import { Random } from '../../support/random.js';

/** A list that was made: the choice that is its length, and the choices that are its elements. */
interface List {
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly elements: readonly (readonly [start: number, end: number])[];
}

/** Choices that are remembered, and for each list, which of them made it. */
class Choices extends Random {
  readonly made: number[] = [];
  readonly lists: List[] = [];

  /** @param source - Gives the choices, from 0 up to, but not including, 1. */
  constructor(private readonly source: () => number) {
    super(0);
  }

  override next(): number {
    const choice = this.source();
    this.made.push(choice);
    return choice;
  }

  override list<T>(low: number, high: number, make: () => T): T[] {
    const at = this.made.length;
    const elements: [number, number][] = [];
    const made = Array.from({ length: this.integer(low, high) }, () => {
      const start = this.made.length;
      const element = make();
      elements.push([start, this.made.length]);
      return element;
    });
    this.lists.push({ at, low, high, elements });
    return made;
  }
}

/** How each scenario came about. */
const origins = new WeakMap<object, { arbitrary: fc.Arbitrary<unknown>; choices: Choices }>();

/** Scenarios that are smaller than `scenario`, if a {@link ScenarioArbitrary} made it. */
export function smallerThan<Scenario extends object>(scenario: Scenario): Scenario[] {
  const origin = origins.get(scenario);
  if (origin === undefined) return [];
  const { arbitrary, choices } = origin;
  return [...arbitrary.shrink(scenario, choices)].map(({ value }) => value as Scenario);
}

/** The scenarios that `make` makes, smaller ones by fewer and smaller choices. */
export class ScenarioArbitrary<Scenario extends object> extends fc.Arbitrary<Scenario> {
  /** @param make - Draws all its choices from the `Random` that it is given. */
  constructor(private readonly make: (random: Random) => Scenario) {
    super();
  }

  override generate(random: fc.Random): fc.Value<Scenario> {
    return this.valueFrom(() => random.nextDouble());
  }

  override canShrinkWithoutContext(_value: unknown): _value is Scenario {
    return false;
  }

  /** Smaller scenarios: without an element of a list, the largest first; then by each smaller choice. */
  override shrink(scenario: Scenario, context: unknown): fc.Stream<fc.Value<Scenario>> {
    return fc.stream(this.smaller(scenario, context as Choices));
  }

  private *smaller(scenario: Scenario, { made, lists }: Choices): Generator<fc.Value<Scenario>> {
    const seen = new Set([JSON.stringify(scenario)]);
    for (const choices of fewerOrSmaller(made, lists)) {
      const value = this.valueFrom(() => choices.next().value ?? 0);
      const text = JSON.stringify(value.value);
      if (seen.has(text)) continue;
      seen.add(text);
      yield value;
    }
  }

  private valueFrom(source: () => number): fc.Value<Scenario> {
    const choices = new Choices(source);
    const scenario = this.make(choices);
    origins.set(scenario, { arbitrary: this, choices });
    return new fc.Value(scenario, choices);
  }
}

function* fewerOrSmaller(
  made: readonly number[],
  lists: readonly List[],
): Generator<Iterator<number, undefined>> {
  const cuts = lists.flatMap(({ at, low, high, elements }) =>
    elements.length === low
      ? []
      : elements.map(([start, end]) => ({
          at,
          start,
          end,
          length: (elements.length - 1 - low + 0.5) / (high - low + 1),
        })),
  );
  for (const { at, start, end, length } of cuts.sort((a, b) => b.end - b.start - a.end + a.start)) {
    yield made
      .with(at, length)
      .toSpliced(start, end - start)
      .values();
  }
  for (const [at, choice] of made.entries()) {
    if (choice > 0) yield made.with(at, 0).values();
    if (choice > 1e-3) yield made.with(at, choice / 2).values();
  }
}
