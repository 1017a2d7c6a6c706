/**
 * The process protocol of Twisted's process howto: verses go to `wc`, and its counts come back.
 *
 *     node --import tsx/esm examples/count-words.ts [verses]
 */
import { ProcessProtocol, spawnProcess } from 'twisted-streams';

import { fail } from './serve.js';

class WordCount extends ProcessProtocol {
  private counts = '';

  constructor(private readonly verses: number) {
    super();
  }

  override connectionMade() {
    console.log('connectionMade!');
    for (let i = 0; i < this.verses; i++) {
      this.transport.write(
        Buffer.from('Aleph-null bottles of beer on the wall,\nAleph-null bottles of beer.\n'),
      );
    }
    this.transport.closeStdin(); // Tells `wc` that this is all.
  }

  override outReceived(data: Buffer) {
    this.counts += data.toString();
  }

  override processEnded(reason: Error) {
    console.log('processEnded:', reason.message);
    const [lines, words, characters] = this.counts.trim().split(/\s+/);
    console.log(`${lines} lines, ${words} words, ${characters} characters`);
  }
}

const verses = Number(process.argv[2] ?? 10);
if (!Number.isInteger(verses) || verses < 0) fail('How many verses? A whole number.');
spawnProcess(new WordCount(verses), 'wc');
