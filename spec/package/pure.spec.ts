import { expect } from 'chai';

interface Marker {
  readonly markPure: (code: string) => Promise<string>;
}

describe('scripts/pure.mjs, which marks calls that bundlers may remove', () => {
  let markPure: Marker['markPure'];

  before(async () => {
    const script = new URL('../../scripts/pure.mjs', import.meta.url).href;
    ({ markPure } = (await import(script)) as Marker);
  });

  it('marks an initializer that makes a call or reads a property, on its own line', async () => {
    const code = 'var table = { a: 1 };\nvar both = table.a | 2;\nexport { both };\n';
    expect(await markPure(code)).to.equal(
      'var table = { a: 1 };\nvar both = /* @__PURE__ */ (() => table.a | 2)();\nexport { both };\n',
    );
  });

  it('leaves a class its name, which the variable gave it', async () => {
    const code =
      'var Sender = class { static { this.prototype.size = 1; } };\nexport { Sender };\n';
    const { Sender } = (await import(
      `data:text/javascript,${encodeURIComponent(await markPure(code))}`
    )) as { Sender: new () => { size: number } };
    expect(Sender.name).to.equal('Sender');
    expect(new Sender().size).to.equal(1);
  });

  it('leaves a call that needs no mark as it is', async () => {
    const code =
      'import { a } from "a";\nvar two = 2;\nvar Empty = class extends a {};\nfunction f() {\n  two = f();\n}\nexport { Empty, f };\n';
    expect(await markPure(code)).to.equal(code);
  });

  it('refuses a statement that is not an initializer, and says how to write it instead', async () => {
    const error: unknown = await markPure('var all = [];\nall.push(1);\nexport { all };\n').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.an('error');
    expect((error as Error).message)
      .to.include('all.push(1);')
      .and.to.include('Let the initializer of what it prepares call a function that does it.');
  });
});
