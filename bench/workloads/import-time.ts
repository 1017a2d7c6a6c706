import { measuredNode } from '../support/commands.js';
import { PYTHON } from '../support/twisted.js';
import type { Workload } from '../harness/workload.js';
import { ours, streamx, twisted } from '../support/contestants.js';
import { importTime, measureImport } from '../support/imports.js';

const node = (module: string) => () =>
  measureImport(measuredNode(), ['--input-type=module', '-e'], `import '${module}';`);

export default {
  title: "import 'twisted-streams'",
  metrics: [importTime],
  contestants: [
    ours(node('twisted-streams')),
    { name: 'node:net', measure: node('node:net') },
    { name: 'readable-stream', measure: node('readable-stream') },
    streamx(node('streamx')),
    twisted(() => measureImport(PYTHON, ['-c'], 'from twisted.internet import reactor')),
  ],
  goals: [{ metric: importTime.name, atMost: 12 }],
} satisfies Workload;
