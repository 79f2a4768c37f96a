/** Finds where text stops being JSON. The parser of Node.js names the place only in some of its messages. */

export interface JsonFault {
	/** From 1. */
	line: number;
	/** From 1. */
	column: number;
	expected: string;
	/** What stands there, shortened; empty at the end of the text. */
	found: string;
}

const SPACE = /[ \t\r\n]*/y;
const TOKEN =
	/[{}[\]:,]|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y;

const EXPECTATIONS = {
	value: 'a value',
	valueOrEnd: 'a value or ]',
	key: 'a name in double quotes',
	keyOrEnd: 'a name in double quotes or }',
	colon: 'a colon',
	commaInList: 'a comma or ]',
	commaInObject: 'a comma or }',
	end: 'the end of the text',
} as const;
type Expectation = keyof typeof EXPECTATIONS;

/** The first fault of `text`, or undefined when it is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
	const open: Array<'{' | '['> = [];
	let expected: Expectation = 'value';
	let at = skipSpace(text, 0);
	while (at < text.length) {
		TOKEN.lastIndex = at;
		const token = TOKEN.exec(text)?.[0];
		const next: Expectation | undefined = token === undefined ? undefined : follow(expected, token, open);
		if (token === undefined || next === undefined) return describeFault(text, at, expected, token);
		expected = next;
		at = skipSpace(text, at + token.length);
	}
	return expected === 'end' ? undefined : describeFault(text, at, expected);
}

/** What is expected after `token`, or undefined when the token may not stand here. Keeps `open` up to date. */
function follow(expected: Expectation, token: string, open: Array<'{' | '['>): Expectation | undefined {
	switch (expected) {
		case 'value':
		case 'valueOrEnd':
			if (token === '{' || token === '[') {
				open.push(token);
				return token === '{' ? 'keyOrEnd' : 'valueOrEnd';
			}
			if (token === ']' && expected === 'valueOrEnd') return close(open);
			return /^[}\]:,]$/.test(token) ? undefined : afterValue(open);
		case 'key':
		case 'keyOrEnd':
			if (token === '}' && expected === 'keyOrEnd') return close(open);
			return token.startsWith('"') ? 'colon' : undefined;
		case 'colon':
			return token === ':' ? 'value' : undefined;
		case 'commaInList':
			if (token === ',') return 'value';
			return token === ']' ? close(open) : undefined;
		case 'commaInObject':
			if (token === ',') return 'key';
			return token === '}' ? close(open) : undefined;
		case 'end':
			return undefined;
	}
}

function close(open: Array<'{' | '['>): Expectation {
	open.pop();
	return afterValue(open);
}

function afterValue(open: ReadonlyArray<'{' | '['>): Expectation {
	const inner = open.at(-1);
	if (inner === undefined) return 'end';
	return inner === '{' ? 'commaInObject' : 'commaInList';
}

function skipSpace(text: string, from: number): number {
	SPACE.lastIndex = from;
	return from + (SPACE.exec(text)?.[0].length ?? 0);
}

function describeFault(text: string, at: number, expected: Expectation, token?: string): JsonFault {
	const before = text.slice(0, at).split('\n');
	return {
		line: before.length,
		column: (before.at(-1) ?? '').length + 1,
		expected: EXPECTATIONS[expected],
		found: describeFound(text.slice(at, at + 40), token),
	};
}

function describeFound(rest: string, token: string | undefined): string {
	if (token !== undefined) return token.length > 20 ? `${token.slice(0, 20)}…` : token;
	if (rest.startsWith('"'))
		return 'text in quotes that is not closed, or has a line break or a lone \\ in it';
	return /^[^\s,:[\]{}]{1,20}|^./u.exec(rest)?.[0] ?? '';
}
