import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { GeminiConcept } from '../../nodes/GeminiConcept/GeminiConcept.node';
import { GreenlightGeminiApi } from '../../credentials/GreenlightGeminiApi.credentials';
import { GreenlightStateStore } from '../../credentials/GreenlightStateStore.credentials';
import { HumanGate } from '../../nodes/HumanGate/HumanGate.node';
import { RetryRouter } from '../../nodes/RetryRouter/RetryRouter.node';
import { FAILURE_KINDS } from '../../nodes/shared/errors';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import { StatusPage } from '../../nodes/StatusPage/StatusPage.node';
import { StyleValidator } from '../../nodes/StyleValidator/StyleValidator.node';

const ROOT = join(__dirname, '../..');
const PACKAGE_PAGE = 'https://www.npmjs.com/package/n8n-nodes-greenlight';
const NODES = [GeminiConcept, StyleValidator, RetryRouter, HumanGate, StatusPage, SharedStateStore];

function pagesIn(folder: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.md'))
		.map((name) => join(folder, name));
}

const PAGES = [
	...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
	...['docs', 'workflows', 'scripts', 'deploy'].flatMap(pagesIn),
];
const FILES = ['docs', 'nodes', 'scripts', 'test', 'workflows', 'deploy'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
);
/** The others say what was so when they were written. */
const isOfToday = (page: string): boolean => page !== 'CHANGELOG.md' && !page.startsWith('docs/adr');
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string): string =>
	text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** As GitHub and npm make the anchor of a heading; the second of two equal ones ends in `-1`. */
function anchorsOf(page: string): Set<string> {
	const anchors = new Set<string>();
	for (const [, heading = ''] of textOf(page)
		.replace(/^```[\s\S]*?^```/gm, '')
		.matchAll(/^#{1,6} (.+)$/gm)) {
		const name = heading
			.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.trim()
			.replace(/\s/g, '-');
		let anchor = name;
		for (let n = 1; anchors.has(anchor); n += 1) anchor = `${name}-${n}`;
		anchors.add(anchor);
	}
	return anchors;
}

const optionsOf = (property: INodeProperties | undefined): INodePropertyOptions[] =>
	(property?.options ?? []) as INodePropertyOptions[];

/** "Resource: Operation", as a person reads them on the nodes; and the resources. */
function operationsOnTheNodes(): { named: Set<string>; resources: string[] } {
	const named = new Set<string>();
	const resources: string[] = [];
	for (const { properties } of [new GeminiConcept().description, new SharedStateStore().description]) {
		for (const resource of optionsOf(properties.find(({ name }) => name === 'resource'))) {
			resources.push(resource.name);
			const operations = properties.filter(
				({ name, displayOptions }) =>
					name === 'operation' && displayOptions?.show?.resource?.includes(resource.value),
			);
			for (const operation of operations.flatMap(optionsOf)) named.add(`${resource.name}: ${operation.name}`);
		}
	}
	return { named, resources };
}

describe('the documentation', () => {
	const { named, resources } = operationsOnTheNodes();

	it('has every operation and setting of each node, as its panel says them (needs the build)', () => {
		const script = join(ROOT, 'scripts', 'settings.mjs');
		const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
		expect(`${stdout}${stderr}`).toContain('Every page is as its node.');
		expect(status).toBe(0);
	});

	it.each(PAGES.filter(isOfToday))('%s: each operation that it names is on a node', (page) => {
		const names = textOf(page).matchAll(
			new RegExp(`\\b(${resources.join('|')}): ([A-Z][a-z]+(?: (?:to )?[A-Z][a-z]+)*)`, 'g'),
		);
		const unknown = [...names]
			.map(([name]) => name)
			.filter((name) => ![...named].some((known) => name === known || name.startsWith(`${known} `)));
		expect(unknown).toEqual([]);
	});

	it.each(PAGES)('%s: each link leads to a file and a heading that exist', (page) => {
		const dead = [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)]
			.map(([, target = '']) => target)
			.filter((target) => !/^[a-z]+:/.test(target))
			.filter((target) => {
				const [path = '', anchor] = target.split('#');
				const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
				if (!existsSync(join(ROOT, file))) return true;
				return anchor !== undefined && !anchorsOf(file).has(anchor);
			});
		expect(dead).toEqual([]);
	});

	it.each(PAGES.filter(isOfToday))('%s: each file and template that it names exists', (page) => {
		const named = [...textOf(page).matchAll(/`([\w.-]+(?:\/[\w.-]+)+|\d\d-[a-z]+(?:-[a-z]+)+)`/g)]
			.map(([, name = '']) => name)
			.filter((name) => /^(docs|nodes|scripts|test|workflows|deploy|\d\d-)/.test(name));
		const isThere = (name: string): boolean =>
			FILES.some((file) => file.startsWith(name) || file === `workflows/${name}.json`) ||
			FILES.some((file) => file.startsWith(`test/e2e/${name}`));
		expect(named.filter((name) => !isThere(name))).toEqual([]);
	});

	it.each(PAGES)('%s: each npm command that it names exists', (page) => {
		const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
		const unknown = [...textOf(page).matchAll(/npm (run )?([a-z][a-z0-9:]*)(?: -- ([a-z][a-z0-9]*))?/g)]
			.filter(([, run, name = '', first]) => {
				if (run === undefined && !['start', 'test'].includes(name)) return false;
				if (!(name in scripts)) return true;
				if (first === undefined || !['bench', 'prove'].includes(name)) return false;
				return !existsSync(join(ROOT, 'scripts', name, `${first}.mjs`));
			})
			.map(([command]) => command);
		expect(unknown).toEqual([]);
	});

	it.each(Object.keys(FAILURE_KINDS))('says what to do about %s', (code) => {
		expect(anchorsOf('docs/troubleshooting.md')).toContain(code);
	});

	// n8n makes the button of the credential's name; in a new n8n there is no list to choose from.
	it.each(['README.md', 'docs/first-pipeline.md'])(
		'%s names the button by which a first key is entered',
		(page) => {
			const { displayName } = new GreenlightGeminiApi();
			expect(textOf(page)).toContain(`**Connect to ${displayName.replace(/ API$/, '')}**`);
		},
	);

	it('is reached from the README, page by page', () => {
		const readme = textOf('README.md');
		const pages = PAGES.filter((page) => /^docs\/[^/]+\.md$/.test(page));
		expect(pages.filter((page) => !readme.includes(`](${page}`))).toEqual([]);
	});

	it.each(NODES.map((Node) => [Node.name, new Node().description] as const))(
		'has a heading at which the Docs button of %s ends',
		(name, { displayName, documentationUrl }) => {
			const [page, anchor] = String(documentationUrl).split('#');
			expect(page).toBe(PACKAGE_PAGE);
			expect(anchor).toBe(displayName.toLowerCase().replaceAll(' ', '-'));
			expect(anchorsOf('README.md')).toContain(anchor);
			const codex = JSON.parse(textOf(`nodes/${name}/${name}.node.json`));
			expect(codex.resources.primaryDocumentation).toEqual([{ url: documentationUrl }]);
		},
	);

	it.each([new GreenlightGeminiApi(), new GreenlightStateStore()])(
		'has a heading for the credential $displayName',
		({ documentationUrl }) => {
			const [page, anchor] = documentationUrl.split('#');
			expect(page).toBe(PACKAGE_PAGE);
			expect(anchorsOf('README.md')).toContain(anchor);
		},
	);
});
