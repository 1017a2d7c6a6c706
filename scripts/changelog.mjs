/** The lines under `## Unreleased`, without the empty ones around them. */
export function unreleased(changelog) {
  const [, text = ''] = /^## Unreleased\n([^]*?)(?=^## |$(?![^]))/m.exec(changelog) ?? [];
  return text.trim();
}

/**
 * The changelog once `version` is released on `date`: the lines under Unreleased are that version's.
 *
 * @throws if nothing is unreleased, or the version is there already.
 */
export function withRelease(changelog, version, date) {
  if (unreleased(changelog) === '') throw new Error('CHANGELOG.md has nothing under Unreleased.');
  if (new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm').test(changelog)) {
    throw new Error(`CHANGELOG.md has a section for ${version} already.`);
  }
  return changelog.replace(/^## Unreleased\n/m, `## Unreleased\n\n## ${version} (${date})\n`);
}
