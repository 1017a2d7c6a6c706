import { expect } from 'chai';

import { Place, RoundRobin } from '../../../lib/twisted/cooperation/round-robin.js';
import { Random } from '../../support/random.js';

/** What the round stands for: a Python list, and an iterator over it, which is an index. */
class ListAndIndex {
  members: number[] = [];
  index = 0;

  remove(member: number): void {
    this.members = this.members.filter((each) => each !== member);
  }

  next(): number | null {
    return this.members[this.index] === undefined ? null : (this.members[this.index++] as number);
  }
}

function roundOf(...members: string[]): [RoundRobin<string>, Record<string, Place<string>>] {
  const round = new RoundRobin<string>();
  const places = Object.fromEntries(members.map((member) => [member, new Place(member)]));
  for (const place of Object.values(places)) round.add(place);
  return [round, places];
}

function turns(round: RoundRobin<string>): string[] {
  const members: string[] = [];
  for (let place = round.next(); place !== null; place = round.next()) members.push(place.member);
  return members;
}

describe('RoundRobin', () => {
  it('has each member once, however often it is added', () => {
    const [round, places] = roundOf('a', 'b');
    round.add(places.a!);
    round.rewind();
    expect(turns(round)).to.deep.equal(['a', 'b']);
  });

  it('gives each member its turn, then ends the round', () => {
    const [round] = roundOf('a', 'b', 'c');
    expect(turns(round)).to.deep.equal(['a', 'b', 'c']);
    round.rewind();
    expect(turns(round)).to.deep.equal(['a', 'b', 'c']);
  });

  it('gives who joins in the round its turn in it', () => {
    const [round] = roundOf('a');
    round.next();
    round.add(new Place('b'));
    expect(turns(round)).to.deep.equal(['b']);
  });

  it('passes over the one that was next when one that had its turn leaves', () => {
    const [round, { a }] = roundOf('a', 'b', 'c');
    round.next();
    round.remove(a as Place<string>);
    expect(turns(round)).to.deep.equal(['c']);
  });

  it('passes over nobody when one that waits for its turn leaves', () => {
    const [round, { b }] = roundOf('a', 'b', 'c');
    round.next();
    round.remove(b as Place<string>);
    expect(turns(round)).to.deep.equal(['c']);
  });

  it('passes over who joins when one has left after the last turn', () => {
    const [round, { a }] = roundOf('a');
    round.next();
    round.remove(a as Place<string>);
    round.add(new Place('b'));
    round.add(new Place('c'));
    expect(turns(round)).to.deep.equal(['c']);
  });

  it('takes nobody out twice', () => {
    const [round, { a }] = roundOf('a', 'b');
    expect(round.remove(a as Place<string>)).to.equal(true);
    expect(round.remove(a as Place<string>)).to.equal(false);
    expect([...round]).to.deep.equal(['b']);
  });

  it('is a new round once it was cleared', () => {
    const [round, { a }] = roundOf('a', 'b');
    round.next();
    expect(round.clear()).to.deep.equal(['a', 'b']);
    expect(round.isEmpty).to.equal(true);
    round.add(a as Place<string>);
    expect(turns(round)).to.deep.equal(['a']);
  });

  it('takes turns as an index into a list does, whoever comes and goes', () => {
    const random = new Random(7);
    for (let game = 0; game < 300; game += 1) {
      const [round, list] = [new RoundRobin<number>(), new ListAndIndex()];
      const places = Array.from({ length: 6 }, (_, member) => new Place(member));
      for (let move = 0; move < 60; move += 1) {
        const place = random.pick(places);
        const isIn = list.members.includes(place.member);
        if (random.chance(0.5)) {
          const turn = round.next()?.member ?? null;
          expect(turn).to.equal(list.next());
          if (turn === null) {
            round.rewind();
            list.index = 0;
          }
        } else if (isIn) {
          round.remove(place);
          list.remove(place.member);
        } else {
          round.add(place);
          list.members.push(place.member);
        }
        expect([...round]).to.deep.equal(list.members);
      }
    }
  });
});
