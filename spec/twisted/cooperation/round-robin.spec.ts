import { expect } from 'chai';

import { Seat, RoundRobin } from '../../../lib/twisted/cooperation/round-robin.js';
import { Random } from '../../support/random.js';

/** The model of the round: a Python list, and an iterator over it, which is an index. */
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

function roundOf(...members: string[]): [RoundRobin<string>, Record<string, Seat<string>>] {
  const round = new RoundRobin<string>();
  const seats = Object.fromEntries(members.map((member) => [member, new Seat(member)]));
  for (const seat of Object.values(seats)) round.add(seat);
  return [round, seats];
}

function turns(round: RoundRobin<string>): string[] {
  const members: string[] = [];
  for (let seat = round.next(); seat !== null; seat = round.next()) members.push(seat.member);
  return members;
}

describe('RoundRobin', () => {
  it('has each member once, however often it is added', () => {
    const [round, seats] = roundOf('a', 'b');
    round.add(seats.a!);
    round.rewind();
    expect(turns(round)).to.deep.equal(['a', 'b']);
  });

  it('gives each member its turn, then ends the round', () => {
    const [round] = roundOf('a', 'b', 'c');
    expect(turns(round)).to.deep.equal(['a', 'b', 'c']);
    round.rewind();
    expect(turns(round)).to.deep.equal(['a', 'b', 'c']);
  });

  it('gives a member that joins in the round its turn in it', () => {
    const [round] = roundOf('a');
    round.next();
    round.add(new Seat('b'));
    expect(turns(round)).to.deep.equal(['b']);
  });

  it('passes over the member that was next when a member that had its turn leaves', () => {
    const [round, { a }] = roundOf('a', 'b', 'c');
    round.next();
    round.remove(a as Seat<string>);
    expect(turns(round)).to.deep.equal(['c']);
  });

  it('passes over no member when a member that waits for its turn leaves', () => {
    const [round, { b }] = roundOf('a', 'b', 'c');
    round.next();
    round.remove(b as Seat<string>);
    expect(turns(round)).to.deep.equal(['c']);
  });

  it('passes over a member that joins after another member left since the last turn', () => {
    const [round, { a }] = roundOf('a');
    round.next();
    round.remove(a as Seat<string>);
    round.add(new Seat('b'));
    round.add(new Seat('c'));
    expect(turns(round)).to.deep.equal(['c']);
  });

  it('takes no member out twice', () => {
    const [round, { a }] = roundOf('a', 'b');
    expect(round.remove(a as Seat<string>)).to.equal(true);
    expect(round.remove(a as Seat<string>)).to.equal(false);
    expect([...round]).to.deep.equal(['b']);
  });

  it('is a new round once it was cleared', () => {
    const [round, { a }] = roundOf('a', 'b');
    round.next();
    expect(round.clear()).to.deep.equal(['a', 'b']);
    expect(round.isEmpty).to.equal(true);
    round.add(a as Seat<string>);
    expect(turns(round)).to.deep.equal(['a']);
  });

  it('takes turns as an index into a list does, also while members come and go', () => {
    const random = new Random(7);
    for (let game = 0; game < 300; game += 1) {
      const [round, list] = [new RoundRobin<number>(), new ListAndIndex()];
      const seats = Array.from({ length: 6 }, (_, member) => new Seat(member));
      for (let move = 0; move < 60; move += 1) {
        const seat = random.pick(seats);
        const isIn = list.members.includes(seat.member);
        if (random.chance(0.5)) {
          const turn = round.next()?.member ?? null;
          expect(turn).to.equal(list.next());
          if (turn === null) {
            round.rewind();
            list.index = 0;
          }
        } else if (isIn) {
          round.remove(seat);
          list.remove(seat.member);
        } else {
          round.add(seat);
          list.members.push(seat.member);
        }
        expect([...round]).to.deep.equal(list.members);
      }
    }
  });
});
