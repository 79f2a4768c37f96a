/**
 * Writes the tables of operations and settings into each node's page in docs/, in the words of the node itself.
 * With --check it writes nothing, names the pages that fell behind, and ends with 1. Needs the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PAGES = {
	GeminiConcept: 'docs/concepts.md',
	StyleValidator: 'docs/style.md',
	RetryRouter: 'docs/retry.md',
	HumanGate: 'docs/review.md',
	StatusPage: 'docs/status.md',
	SharedStateStore: 'docs/state.md',
};
const BLOCK = /(<!-- settings[^>]*-->\n)[\s\S]*?(\n<!-- end of settings -->)/;

const require = createRequire(import.meta.url);
const check = process.argv.includes('--check');
const behind = [];
for (const [node, page] of Object.entries(PAGES)) {
	const { [node]: Node } = require(join(ROOT, 'dist/nodes', node, `${node}.node.js`));
	const file = join(ROOT, page);
	const text = readFileSync(file, 'utf8');
	if (!BLOCK.test(text)) throw new Error(`${page} has no place for the settings of ${node}.`);
	const tables = tablesOf(new Node().description);
	const written = text.replace(BLOCK, (_, begin, end) => `${begin}\n${tables}\n${end}`);
	if (written === text) continue;
	behind.push(page);
	if (!check) writeFileSync(file, written);
}
console.log(
	behind.length === 0
		? 'Every page is as its node.'
		: `${check ? 'Behind' : 'Written'}: ${behind.join(', ')}`,
);
if (check && behind.length > 0) {
	console.log('"npm run settings" writes them.');
	process.exitCode = 1;
}

function tablesOf({ properties }) {
	const operations = operationsOf(properties);
	const rows = merged(properties.flatMap((property) => rowsOf(property, '', properties, operations)));
	const withPlace = rows.some(({ places }) => places !== '');
	return [
		...(operations.length > 0 ? [`${operationTable(operations)}\n`] : []),
		table(
			['setting', ...(withPlace ? ['in'] : []), 'what it is', 'unless set'],
			rows.map((row) => [`**${row.name}**`, ...(withPlace ? [row.places] : []), row.what, row.unlessSet]),
		),
	].join('\n');
}

function operationTable(operations) {
	const rows = operations.map(({ label, description }) => [`**${label}**`, description]);
	return table(['operation', 'what it does'], rows);
}

function table(head, rows) {
	const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
	return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)]
		.join('\n')
		.replaceAll('|  |', '| |');
}

function cell(text) {
	return text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();
}

/** All pairs of resource and operation that a person can choose, in the order of the panel. */
function operationsOf(properties) {
	const resources = properties.find(({ name }) => name === 'resource')?.options ?? [undefined];
	return resources.flatMap((resource) =>
		properties
			.filter(({ name, type }) => name === 'operation' && type === 'options')
			.filter(({ displayOptions }) => !resource || displayOptions.show.resource.includes(resource.value))
			.flatMap(({ options }) => options)
			.map((operation) => ({
				resource: resource?.value,
				operation: operation.value,
				label: resource ? `${resource.name}: ${operation.name}` : operation.name,
				description: operation.description,
			})),
	);
}

/** The setting itself, or those inside of it. What only an agent's tool shows is left out: it is said under "As a tool". */
function rowsOf(property, prefix, siblings, operations) {
	const { name, type, displayName, displayOptions } = property;
	if (['resource', 'operation'].includes(name) || ['notice', 'hidden'].includes(type)) return [];
	if (displayOptions?.show?.['@tool']?.includes(true)) return [];
	const row = {
		name: `${prefix}${displayName}`,
		shownIn: operations.filter((pair) => isShown(displayOptions, pair)),
		all: operations,
		conditions: conditionsOf(displayOptions, siblings),
		what: whatOf(property),
		unlessSet: unlessSetOf(property),
	};
	if (type === 'collection') return inside(property.options, row, operations);
	if (type !== 'fixedCollection') return [row];
	return [
		row,
		...property.options.flatMap((group) =>
			inside(group.values, row, operations).map((each) => ({ ...each, what: each.what || unitOf(group) })),
		),
	];
}

function inside(properties, { name, shownIn }, operations) {
	return properties
		.flatMap((property) => rowsOf(property, `${name} → `, properties, operations))
		.map((row) => ({ ...row, shownIn: row.shownIn.filter((pair) => shownIn.includes(pair)) }));
}

/** What stands above the fields of a group, such as "Dollars for a Million Tokens". */
function unitOf({ displayName }) {
	return displayName === 'Rows' ? '' : sentence(displayName);
}

function keysOf(conditions = {}) {
	return Object.entries(conditions).map(([key, values]) => [key.replace('/', ''), values]);
}

function isShown({ show, hide } = {}, pair) {
	const asked = (conditions) => keysOf(conditions).filter(([key]) => ['resource', 'operation'].includes(key));
	return (
		asked(show).every(([key, values]) => values.includes(pair[key])) &&
		!asked(hide).some(([key, values]) => values.includes(pair[key]))
	);
}

/** What else has to be chosen for the setting to be seen: "Rules From is Rows". */
function conditionsOf({ show, hide } = {}, siblings) {
	const said = (conditions, verb) =>
		keysOf(conditions)
			.filter(([key]) => !['resource', 'operation', '@tool'].includes(key))
			.map(([key, values]) => {
				const other = siblings.find(({ name }) => name === key);
				return `${other.displayName} ${verb} ${values.map((value) => valueName(other, value)).join(' or ')}`;
			});
	return [...said(show, 'is'), ...said(hide, 'is not')];
}

function valueName(property, value) {
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	return (
		property.options?.find((option) => option.value === value)?.name ??
		(value === '' ? 'empty' : String(value))
	);
}

function whatOf({ type, options, description, hint, placeholder }) {
	const example = placeholder?.startsWith('e.g. ') ? `Such as \`${placeholder.slice(5)}\`` : '';
	const choices = type === 'options' ? choicesOf(options) : '';
	return [sentence(description || hint || example), choices].join(' ').trim();
}

function choicesOf(options) {
	const plain = options.filter((option) => !option.description).map(({ name }) => name);
	return [
		...options
			.filter((option) => option.description)
			.map((option) => sentence(`*${option.name}*: ${option.description}`)),
		...(plain.length > 0 ? [sentence(`*${plain.join('*, *')}*`)] : []),
	].join(' ');
}

function sentence(text) {
	return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}

function unlessSetOf(property) {
	const value = property.default?.mode ? property.default.value : property.default;
	if (value === '' && property.type !== 'options') return property.required ? 'has to be filled in' : 'empty';
	if (typeof value === 'object')
		return property.type === 'fixedCollection' && value.rows ? 'one row' : 'none';
	if (property.type === 'json') return 'a sample';
	if (typeof value === 'string' && property.type !== 'options') return `\`${value.replace(/^=/, '')}\``;
	return valueName(property, value);
}

/** The same setting in two operations is one row. */
function merged(rows) {
	const kept = [];
	for (const row of rows) {
		const isSame = (other) =>
			['name', 'what', 'unlessSet'].every((key) => row[key] === other[key]) &&
			row.conditions.join() === other.conditions.join();
		const same = kept.find(isSame);
		if (!same) kept.push({ ...row });
		else same.shownIn = same.all.filter((pair) => same.shownIn.includes(pair) || row.shownIn.includes(pair));
	}
	return kept.map((row) => ({ ...row, places: placesOf(row) }));
}

function placesOf({ shownIn, all, conditions }) {
	const labels = (pairs) => pairs.map(({ label }) => label).join(', ');
	const others = all.filter((pair) => !shownIn.includes(pair));
	const where =
		others.length === 0 ? '' : others.length < shownIn.length ? `all but ${labels(others)}` : labels(shownIn);
	return [where, ...conditions].filter(Boolean).join('; ');
}
