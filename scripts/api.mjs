// The types that users see, a page of etc/ for each entry point, so that no public type changes unseen:
//   node scripts/api.mjs --write   writes the pages anew
//   node scripts/api.mjs           says which of them are not true any more
// Either fails where a public type names one that is not exported. Needs dist/.
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

import { entryPoints, root } from './entry-points.mjs';

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

/** The names of the first entry point, by which users call them whichever entry names them. */
const known = new Set(readFileSync(join(root, entryPoints[0].types), 'utf8').match(/\w+/g));

mkdirSync(join(root, 'etc'), { recursive: true });

let wrong = 0;

function hear(message) {
  message.handled = true;
  const { messageId, text, sourceFilePath, sourceFileLine } = message;
  const [, forgotten] = /^The symbol "(\w+)" needs to be exported/.exec(text) ?? [];
  if (messageId === 'ae-forgotten-export') {
    // TypeScript itself names the base of a class if that is an expression: no program can need that name.
    if (forgotten.endsWith('_base') || known.has(forgotten)) return;
    wrong += 1;
    console.error(
      `${sourceFilePath}:${sourceFileLine}: a public type names ${forgotten}, which lib/index.ts does not export.`,
    );
  } else if (message.logLevel === ExtractorLogLevel.Error) {
    wrong += 1;
    console.error(text);
  }
}

for (const { subpath, types } of entryPoints) {
  const report = basename(join('twisted-streams', subpath));
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: join(root, 'etc', 'api-extractor.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        reportFolder: join(root, 'etc'),
        reportTempFolder: join(root, 'coverage', 'etc'),
        reportFileName: `${report}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning' },
        },
      },
    },
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: values.write,
    messageCallback: hear,
  });
  if (apiReportChanged && !values.write) {
    wrong += 1;
    console.error(
      `Public types have changed, or etc/${report}.api.md has yet to be written. If they should: npm run api`,
    );
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
