/** Which problems a route's handler can come to, read from the code: what it calls, and what those call, within `src/api`. */
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { PROBLEM_CODES, type ProblemCode } from '../../src/contract/problems';

const API = join(__dirname, '../../src/api');

/** @returns the codes that each route can answer with by a helper's `new Problem(…)`, by the `id` of the route. */
export function reachableProblems(): ReadonlyMap<string, ReadonlySet<ProblemCode>> {
  const program = createProgram();
  const reader = new ProblemReader(program);
  const routes = new Map<string, ReadonlySet<ProblemCode>>();
  for (const file of reader.files) {
    each(file, (node) => {
      const [declared] = callOf(node, 'route')?.arguments ?? [];
      if (!declared || !ts.isObjectLiteralExpression(declared)) return;
      const [id, handler] = ['id', 'handler'].map((name) => memberOf(declared, name));
      if (!id || !ts.isPropertyAssignment(id) || !ts.isStringLiteral(id.initializer) || !handler) return;
      routes.set(id.initializer.text, reader.problemsOf(handler));
    });
  }
  return routes;
}

class ProblemReader {
  readonly files: readonly ts.SourceFile[];
  private readonly checker: ts.TypeChecker;
  /**
   * What stands for a declaration without code: for a member of an interface those of the object literals that are given
   * as one, for a parameter of a named type of functions the arguments of all calls.
   */
  private readonly implementations = new Map<ts.Node, ts.Node[]>();

  constructor(program: ts.Program) {
    this.checker = program.getTypeChecker();
    this.files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${API}/`));
    for (const file of this.files) each(file, (node) => this.noteImplementations(node));
  }

  problemsOf(start: ts.Node): Set<ProblemCode> {
    const found = new Set<ProblemCode>();
    const seen = new Set<ts.Node>();
    const open = [start];
    for (let next = open.pop(); next; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      each(next, (node) => {
        for (const code of this.codesOf(node)) found.add(code);
        open.push(...this.leadsTo(node));
      });
    }
    return found;
  }

  private noteImplementations(node: ts.Node): void {
    if (ts.isObjectLiteralExpression(node)) {
      const type = this.checker.getContextualType(node);
      for (const member of node.properties) {
        this.note(member.name && type?.getProperty(member.name.getText())?.declarations?.[0], member);
      }
    }
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const called = this.checker.getResolvedSignature(node)?.declaration;
      node.arguments?.forEach((argument, index) => {
        const parameter = called?.parameters[index];
        // Callbacks, whose types are written out, run where they are given.
        const isNamed =
          parameter && ts.isParameter(parameter) && parameter.type && ts.isTypeReferenceNode(parameter.type);
        if (isNamed && this.isFunction(argument)) this.note(parameter, argument);
      });
    }
  }

  /** A variable of a type of ours with members: each is followed where it is used. */
  private isThing(node: ts.Node): boolean {
    const type = this.checker.getTypeAtLocation(node).symbol as ts.Symbol | undefined;
    const owner = type?.declarations?.find(ts.isInterfaceDeclaration)?.getSourceFile().fileName;
    return ts.isVariableDeclaration(node) && owner?.startsWith(`${API}/`) === true;
  }

  private isFunction(node: ts.Node): boolean {
    return this.checker.getTypeAtLocation(node).getCallSignatures().length > 0;
  }

  private note(declaration: ts.Node | undefined, implementation: ts.Node): void {
    if (!declaration) return;
    this.implementations.set(declaration, [...(this.implementations.get(declaration) ?? []), implementation]);
  }

  /** `new Problem(code, …)`, and `super(code, …)` in a class of problems. */
  private codesOf(node: ts.Node): readonly ProblemCode[] {
    const makes = ts.isNewExpression(node) && node.expression.getText() === 'Problem';
    const extended = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword;
    const code = makes || extended ? node.arguments?.[0] : undefined;
    if (!code || (extended && !isProblemClass(node))) return [];
    const type = this.checker.getTypeAtLocation(code);
    const codes = (type.isUnion() ? type.types : [type]).flatMap((one) =>
      one.isStringLiteral() ? [one.value as ProblemCode] : [],
    );
    // `problem` of a route takes the codes that the route names: there the compiler checks them.
    return codes.length < PROBLEM_CODES.length ? codes : [];
  }

  /** The declarations in `src/api` that a name stands for, where the code may run them. */
  private leadsTo(node: ts.Node): readonly ts.Node[] {
    if (!ts.isIdentifier(node) || isNoUse(node)) return [];
    return (this.symbolOf(node)?.declarations ?? [])
      .filter((declaration) => declaration.getSourceFile().fileName.startsWith(`${API}/`))
      .flatMap((declaration) => [
        ...(this.implementations.get(declaration) ?? []),
        ...(canHoldCode(declaration) && !this.isThing(declaration) ? [declaration] : []),
      ]);
  }

  private symbolOf(node: ts.Identifier): ts.Symbol | undefined {
    const { parent } = node;
    if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent)) {
      const name = (parent.propertyName ?? parent.name).getText();
      const member = this.checker.getTypeAtLocation(parent.parent).getProperty(name);
      return member && this.checker.getTypeOfSymbol(member).getCallSignatures().length > 0
        ? member
        : undefined;
    }
    const symbol = ts.isShorthandPropertyAssignment(parent)
      ? this.checker.getShorthandAssignmentValueSymbol(parent)
      : this.checker.getSymbolAtLocation(node);
    const isImport = symbol && symbol.flags & ts.SymbolFlags.Alias;
    return isImport ? this.checker.getAliasedSymbol(symbol) : symbol;
  }
}

function createProgram(): ts.Program {
  const path = join(API, '../../tsconfig.json');
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  return ts.createProgram([join(API, 'app.ts')], { ...options, noEmit: true });
}

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    if (!ts.isTypeNode(child)) each(child, visit);
  });
}

function callOf(node: ts.Node, name: string): ts.CallExpression | undefined {
  return ts.isCallExpression(node) && node.expression.getText() === name ? node : undefined;
}

function memberOf(object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined {
  return object.properties.find((member) => member.name?.getText() === name);
}

function isProblemClass(node: ts.Node): boolean {
  const owner = ts.findAncestor(node, ts.isClassDeclaration);
  return owner?.heritageClauses?.some((clause) => /\bProblem\b/.test(clause.getText())) ?? false;
}

/** A name that only asks what something is, or that names what is declared. */
function isNoUse(node: ts.Identifier): boolean {
  const { parent } = node;
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;
}

function canHoldCode(node: ts.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node)
  );
}
