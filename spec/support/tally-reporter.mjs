/** Mocha's own reporter, and the run in one plain last line, for programs that read it. */
import { reporters } from 'mocha';

export default class TallyReporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}
