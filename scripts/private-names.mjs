// Which names of properties nobody outside of lib/ can see: the build gives these short ones. Bundlers
// minify the names of variables, but keep each name of a property, because they cannot know this.
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const isOurs = (declaration) => declaration.getSourceFile().fileName.startsWith(`${root}lib/`);

/** Whether users do not compile against what `declaration` declares. */
const isHidden = (declaration) =>
  (declaration.name !== undefined && ts.isPrivateIdentifier(declaration.name)) ||
  (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0 ||
  ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal');

const aliased = (checker, symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The members of all types, and all classes, that a program meets which imports the `entries`. */
function publicMembers(checker, entries) {
  const names = new Set();
  const classes = new Set();
  const seen = new Set();
  const see = (type) => {
    if (type === undefined || seen.has(type)) return;
    seen.add(type);
    type.symbol?.declarations?.filter(ts.isClassLike).forEach((one) => classes.add(one));
    const { typeParameters = [] } = type;
    const parts = [type.types, type.aliasTypeArguments, typeParameters].flatMap((one) => one ?? []);
    [...parts, ...checker.getTypeArguments(type), checker.getBaseConstraintOfType(type)].forEach(
      see,
    );
    if (type.isClassOrInterface()) checker.getBaseTypes(type).forEach(see);
    for (const kind of [ts.SignatureKind.Call, ts.SignatureKind.Construct]) {
      for (const signature of checker.getSignaturesOfType(type, kind)) {
        signature.getParameters().forEach((one) => see(checker.getTypeOfSymbol(one)));
        see(signature.getReturnType());
      }
    }
    for (const member of checker.getPropertiesOfType(type)) {
      const declarations = member.declarations ?? [];
      if (!declarations.some((one) => isOurs(one) && !isHidden(one))) continue;
      names.add(member.name);
      see(checker.getTypeOfSymbol(member));
    }
  };
  for (const entry of entries) {
    for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(entry))) {
      const symbol = aliased(checker, exported);
      if (symbol.flags & ts.SymbolFlags.Value) see(checker.getTypeOfSymbol(symbol));
      if (symbol.flags & ts.SymbolFlags.Type) see(checker.getDeclaredTypeOfSymbol(symbol));
    }
  }
  return { names, classes };
}

/** The classes that `type` and its bases are of: those of mixins too. */
function lineageOf(checker, type) {
  const declared = type.target ?? type;
  const bases = declared.isClassOrInterface() ? checker.getBaseTypes(declared) : (type.types ?? []);
  return [type, ...bases.flatMap((base) => lineageOf(checker, base))];
}

const isCustomInspect = ({ name }) =>
  name !== undefined &&
  ts.isComputedPropertyName(name) &&
  /inspect/.test(name.expression.getText());

/** What a class of ours is, as far as its members' names are concerned. */
function standingOf(checker, known, declaration) {
  const lineage = lineageOf(checker, checker.getTypeAtLocation(declaration));
  const heritage = declaration.heritageClauses ?? [];
  const implemented = heritage
    .flatMap(({ types }) => types)
    .map((type) => checker.getTypeAtLocation(type));
  const declarations = lineage.flatMap(({ symbol }) => symbol?.declarations ?? []);
  const foreign = [...lineage, ...implemented]
    .flatMap((type) => checker.getPropertiesOfType(type))
    .filter((member) => member.declarations?.some((one) => !isOurs(one)))
    .map(({ name }) => name);
  return {
    /** Names that a base of it, or an interface that it implements, has from elsewhere. */
    foreign: new Set(foreign),
    /** Whether `util.inspect` shows users its fields, and not those of a Node stream before them. */
    showsFields:
      known.classes.has(declaration) &&
      declarations.every(isOurs) &&
      !declarations.some((one) => one.members?.some(isCustomInspect)),
  };
}

/** The interfaces that a class of ours implements: another may describe what is not ours. */
function implementedBy(checker, classes) {
  const types = classes.flatMap(({ heritageClauses = [] }) =>
    heritageClauses
      .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
      .flatMap((clause) => clause.types),
  );
  return new Set(
    types.flatMap(({ expression }) => {
      const symbol = checker.getSymbolAtLocation(expression);
      return symbol === undefined ? [] : (aliased(checker, symbol).declarations ?? []);
    }),
  );
}

const LISTENING = new Set([
  'on',
  'once',
  'emit',
  'removeListener',
  'addEventListener',
  'listenerCount',
  'removeEventListener',
]);

/** Whether a string may name a property: `'write' in stream`, and whatever a function gets. */
function mayNameProperty({ parent }) {
  if (ts.isCallExpression(parent)) {
    return !LISTENING.has(parent.expression.name?.text);
  }
  return (
    ts.isArrayLiteralExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isComputedPropertyName(parent) ||
    (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InKeyword) ||
    (parent.name !== undefined && ts.isStringLiteral(parent.name))
  );
}

/** The name that `node` declares, reads, writes or gives, and the symbol that the checker knows for it. */
function useOf(checker, node) {
  if (ts.isPropertyAccessExpression(node)) {
    return [node.name, checker.getSymbolAtLocation(node.name)];
  }
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken) {
    const name = node.propertyName ?? node.name;
    if (!ts.isIdentifier(name)) return [];
    return [name, checker.getTypeAtLocation(node.parent).getProperty(name.text)];
  }
  if (ts.isObjectLiteralElementLike(node) && ts.isObjectLiteralExpression(node.parent)) {
    if (node.name === undefined || !ts.isIdentifier(node.name)) return [];
    const type = checker.getContextualType(node.parent) ?? checker.getTypeAtLocation(node.parent);
    return [node.name, type.getProperty(node.name.text)];
  }
  return [];
}

/**
 * The names that code which is not ours looks for in an object that it is given, as a `ReadableStream` does
 * for the `pull` of its source.
 */
function namesLookedFor(checker, node) {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return [];
  return (node.arguments ?? []).flatMap((argument) => {
    const given = checker.getTypeAtLocation(argument).getProperties();
    if (!given.some(({ declarations }) => declarations?.some(isOurs))) return [];
    const wanted = checker.getContextualType(argument);
    return (wanted?.types ?? [wanted])
      .flatMap((type) => type?.getProperties() ?? [])
      .filter(({ declarations }) => declarations?.some((one) => !isOurs(one)))
      .map(({ name }) => name);
  });
}

/** @returns the names that are not seen from outside, those that occur most often first. */
export function privateNames(entryPoints) {
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.build.json`, {}, ts.sys);
  const program = ts.createProgram(config.fileNames, config.options);
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter(isOurs);
  const entries = entryPoints.map((path) => program.getSourceFile(`${root}${path}`));
  const known = publicMembers(checker, entries);

  const classes = [];
  for (const file of files) walk(file, (node) => ts.isClassLike(node) && classes.push(node));
  const interfaces = implementedBy(checker, classes);
  const standings = new Map(classes.map((one) => [one, standingOf(checker, known, one)]));

  const visible = new Set(known.names);
  const count = new Map();
  const note = (name) => {
    if (name !== undefined && ts.isIdentifier(name))
      count.set(name.text, (count.get(name.text) ?? 0) + 1);
  };
  const noteMember = (member, owner, isField) => {
    const { text } = member.name;
    const standing = standings.get(owner);
    if (
      standing === undefined
        ? !interfaces.has(owner)
        : standing.foreign.has(text) || (isField && standing.showsFields)
    )
      visible.add(text);
    note(member.name);
  };
  for (const file of files) {
    walk(file, (node) => {
      if (ts.isStringLiteralLike(node) && mayNameProperty(node)) visible.add(node.text);
      else if ((ts.isClassElement(node) && ts.isClassLike(node.parent)) || ts.isTypeElement(node)) {
        if (node.name !== undefined) noteMember(node, node.parent, ts.isPropertyDeclaration(node));
      } else if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) {
        noteMember(node, node.parent.parent, true);
      }
      for (const name of namesLookedFor(checker, node)) visible.add(name);
      const [name, symbol] = useOf(checker, node);
      if (name === undefined) return;
      note(name);
      if (!symbol?.declarations?.every((one) => isOurs(one) && !ts.isEnumMember(one)))
        visible.add(name.text);
      else if (ts.isObjectLiteralElementLike(node) && symbol.declarations.includes(node))
        visible.add(name.text);
    });
  }
  return [...count]
    .filter(([name]) => !visible.has(name) && name.length > 3)
    .sort(([one, times], [other, most]) => most - times || (one < other ? -1 : 1))
    .map(([name]) => name);
}
