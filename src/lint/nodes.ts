/**
 * The syntax trees that linters hand to rules, as far as these rules look into them: ESTree's
 * nodes, and what TypeScript adds. The packages that describe all of them would be dependencies.
 */
interface Shape<Type extends string> {
  readonly type: Type
  readonly range: readonly [from: number, to: number]
  /** Missing above the program alone. */
  readonly parent?: Node
}

export interface Identifier extends Shape<"Identifier"> {
  readonly name: string
  readonly typeAnnotation?: TypeAnnotation | null
}
export interface PrivateIdentifier extends Shape<"PrivateIdentifier"> {
  readonly name: string
}
export interface Literal extends Shape<"Literal"> {
  readonly value?: unknown
}
export interface MemberExpression extends Shape<"MemberExpression"> {
  readonly object: Node
  readonly property: Node
  readonly computed: boolean
}
export interface CallExpression extends Shape<"CallExpression"> {
  readonly callee: Node
  readonly arguments: readonly Node[]
}
export interface NewExpression extends Shape<"NewExpression"> {
  readonly callee: Node
  readonly arguments: readonly Node[]
}
export interface AwaitExpression extends Shape<"AwaitExpression"> {
  readonly argument: Node
}
/** What stands around an expression and leaves its value as it is. */
export interface Wrapper extends Shape<"ChainExpression" | "TSAsExpression" | "TSNonNullExpression" | "TSSatisfiesExpression" | "TSTypeAssertion" | "ParenthesizedExpression"> {
  readonly expression: Node
}
export interface UnaryExpression extends Shape<"UnaryExpression"> {
  readonly operator: string
  readonly argument: Node
}
export interface LogicalExpression extends Shape<"LogicalExpression"> {
  readonly left: Node
  readonly right: Node
}
export interface ConditionalExpression extends Shape<"ConditionalExpression"> {
  readonly consequent: Node
  readonly alternate: Node
}
export interface SequenceExpression extends Shape<"SequenceExpression"> {
  readonly expressions: readonly Node[]
}
export interface ImportExpression extends Shape<"ImportExpression"> {
  readonly source: Node
}
export interface ArrayNode extends Shape<"ArrayExpression" | "ArrayPattern"> {
  readonly elements: readonly (Node | null)[]
}
export interface ObjectNode extends Shape<"ObjectExpression" | "ObjectPattern"> {
  readonly properties: readonly Node[]
}
export interface Property extends Shape<"Property"> {
  readonly key: Node
  readonly value: Node
  readonly computed: boolean
}
export interface AssignmentPattern extends Shape<"AssignmentPattern"> {
  readonly left: Node
  readonly right: Node
}
export interface FunctionNode extends Shape<"FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression"> {
  readonly id: Identifier | null
  readonly async: boolean
  readonly params: readonly Node[]
  readonly body: Node | null
}
export interface MethodNode extends Shape<"MethodDefinition" | "PropertyDefinition"> {
  readonly key: Node
  readonly value: Node | null
  readonly computed: boolean
  readonly typeAnnotation?: TypeAnnotation | null
}
export interface ClassBody extends Shape<"ClassBody"> {
  readonly body: readonly Node[]
}
export interface VariableDeclarator extends Shape<"VariableDeclarator"> {
  readonly id: Node
  readonly init: Node | null
}
export interface ExpressionStatement extends Shape<"ExpressionStatement"> {
  readonly expression: Node
}
export interface BlockStatement extends Shape<"BlockStatement"> {
  readonly body: readonly Node[]
}
export interface TryStatement extends Shape<"TryStatement"> {
  readonly block: BlockStatement
  readonly handler: CatchClause | null
}
export interface CatchClause extends Shape<"CatchClause"> {
  readonly param: Node | null
  readonly body: BlockStatement
}
export interface ThrowStatement extends Shape<"ThrowStatement"> {
  readonly argument: Node
}
export interface ForOfStatement extends Shape<"ForOfStatement"> {
  readonly await: boolean
}
export interface AssignmentExpression extends Shape<"AssignmentExpression"> {
  readonly left: Node
  readonly right: Node
}
export interface ReturnStatement extends Shape<"ReturnStatement"> {
  readonly argument: Node | null
}
export interface ImportDeclaration extends Shape<"ImportDeclaration"> {
  readonly source: Literal
  readonly specifiers: readonly Node[]
  readonly importKind?: string
}
export interface ImportSpecifier extends Shape<"ImportSpecifier"> {
  readonly imported: Identifier | Literal
  readonly local: Identifier
  readonly importKind?: string
}
export interface ImportWhole extends Shape<"ImportNamespaceSpecifier" | "ImportDefaultSpecifier"> {
  readonly local: Identifier
}
export interface Program extends Shape<"Program"> {
  readonly body: readonly Node[]
}
export interface TypeAnnotation extends Shape<"TSTypeAnnotation"> {
  readonly typeAnnotation: Node
}
export interface TypeReference extends Shape<"TSTypeReference"> {
  readonly typeName: Node
}
export interface QualifiedName extends Shape<"TSQualifiedName"> {
  readonly left: Node
  readonly right: Identifier
}
/** Nodes that are only passed through. */
export interface Plain
  extends Shape<"ThisExpression" | "SpreadElement" | "TemplateLiteral" | "VariableDeclaration"> {}

export type Node =
  | ArrayNode
  | AssignmentExpression
  | AssignmentPattern
  | AwaitExpression
  | BlockStatement
  | CallExpression
  | CatchClause
  | ClassBody
  | ConditionalExpression
  | ExpressionStatement
  | ForOfStatement
  | FunctionNode
  | Identifier
  | ImportDeclaration
  | ImportExpression
  | ImportSpecifier
  | ImportWhole
  | Literal
  | LogicalExpression
  | MemberExpression
  | MethodNode
  | NewExpression
  | ObjectNode
  | Plain
  | PrivateIdentifier
  | Program
  | Property
  | QualifiedName
  | ReturnStatement
  | SequenceExpression
  | ThrowStatement
  | TryStatement
  | TypeAnnotation
  | TypeReference
  | UnaryExpression
  | VariableDeclarator
  | Wrapper

export function isFunction(node: Node): node is FunctionNode {
  return node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
}

/** The expression itself, without what leaves its value as it is. */
export function bare(node: Node): Node {
  switch (node.type) {
    case "ChainExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "ParenthesizedExpression":
      return bare(node.expression)
    default:
      return node
  }
}

/** The name of a member, property or method, if it is written down. */
export function keyOf(key: Node, computed: boolean): string | undefined {
  if (key.type === "PrivateIdentifier") return `#${key.name}`
  if (key.type === "Identifier") return computed ? undefined : key.name
  return key.type === "Literal" && typeof key.value === "string" ? key.value : undefined
}
