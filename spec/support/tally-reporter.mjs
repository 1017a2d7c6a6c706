/**
 * Mocha's own reporter; then the specs that passed only when they were tried again, which `--retries`
 * would keep quiet about; and the run in one plain last line, for programs that read it.
 */
import { reporters } from 'mocha';

export default class TallyReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.retried = [];
    runner.on('retry', (test, error) => this.retried.push({ title: test.fullTitle(), error }));
  }

  epilogue() {
    super.epilogue();
    for (const { title, error } of this.retried) {
      console.log(`RETRIED: ${title}\n  because ${error?.stack ?? error}`);
    }
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}
