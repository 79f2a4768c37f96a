/** The files that a release needs beside the package: continuous integration, publishing, forms, licence. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const manifest = JSON.parse(read('package.json'));

interface Workflow {
	on: Record<string, unknown>;
	permissions: Record<string, string>;
	jobs: Record<
		string,
		{
			'timeout-minutes': number;
			permissions?: Record<string, string>;
			steps: Array<{ uses?: string; run?: string; with?: Record<string, unknown> }>;
		}
	>;
}
const workflow = (name: string): Workflow => parse(read(`.github/workflows/${name}`));
const NAMES = readdirSync(join(ROOT, '.github', 'workflows'));

describe('the workflows', () => {
	it.each(NAMES)('%s may only read, ends by itself, and leaves no credential behind', (name) => {
		const { permissions, jobs } = workflow(name);
		expect(permissions).toEqual({ contents: 'read' });
		for (const { steps, 'timeout-minutes': minutes } of Object.values(jobs)) {
			expect(minutes).toBeLessThanOrEqual(120);
			const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
			for (const { with: settings } of checkouts)
				expect(settings).toMatchObject({ 'persist-credentials': false });
			for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
		}
	});

	it.each(NAMES)('%s runs only what the repository has', (name) => {
		const commands = Object.values(workflow(name).jobs).flatMap(({ steps }) =>
			steps.map(({ run }) => run ?? ''),
		);
		const scripts = commands.flatMap((command) =>
			[...command.matchAll(/npm run ([\w:]+)/g)].map(([, each]) => each),
		);
		for (const script of scripts) expect(manifest.scripts).toHaveProperty([String(script)]);
		for (const command of commands)
			if (command.startsWith('.ci/')) expect(existsSync(join(ROOT, command))).toBe(true);
	});

	it('publish with provenance, without a token, and only a tag that is the version', () => {
		const { on, jobs } = workflow('publish.yml');
		expect(on).toEqual({ push: { tags: ['v*.*.*'] } });
		const { permissions, steps } = jobs.publish ?? { steps: [] };
		expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
		const commands = steps.map(({ run = '' }) => run);
		const publishing = commands.findIndex((command) => command.includes('npm publish --provenance'));
		expect(publishing).toBeGreaterThan(commands.indexOf('npm test'));
		expect(commands.slice(0, publishing).some((command) => command.includes('GITHUB_REF_NAME'))).toBe(true);
		expect(read('.github/workflows/publish.yml')).not.toMatch(/NODE_AUTH_TOKEN|secrets\./);
	});
});

describe('the forms for issues', () => {
	const forms = readdirSync(join(ROOT, '.github', 'ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');
	it.each(forms)('%s asks something that has to be answered, under names of its own', (name) => {
		const { body, ...form } = parse(read(`.github/ISSUE_TEMPLATE/${name}`));
		expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
		const questions: Array<{ id: string; validations?: { required?: boolean } }> = body.filter(
			({ type }: { type: string }) => type !== 'markdown',
		);
		expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
		expect(questions.some(({ validations }) => validations?.required === true)).toBe(true);
	});

	it('are the only way, so that holes in security are not told in public', () => {
		expect(parse(read('.github/ISSUE_TEMPLATE/config.yml'))).toEqual({ blank_issues_enabled: false });
		expect(read('SECURITY.md')).toContain('do not open a public issue');
	});
});

it('has the licence that the package names', () => {
	expect(manifest.license).toBe('MIT');
	expect(read('LICENSE')).toMatch(/^MIT License/);
});

it('names the version that it deploys and installs', () => {
	expect(read('README.md')).toContain(`n8n-nodes-greenlight-${manifest.version}.tgz`);
	expect(read('CHANGELOG.md')).toMatch(/^## \[Unreleased\]$/m);
});

it('has no link to a file that is not there, in its own pages', () => {
	const pages = ['.', 'deploy', 'docs', 'docs/adr', 'scripts', 'workflows'].flatMap((folder) =>
		readdirSync(join(ROOT, folder))
			.filter((name) => name.endsWith('.md'))
			.map((name) => join(folder, name)),
	);
	const broken = pages.flatMap((page) => {
		const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
		return links
			.filter((link) => !/^(https?:|mailto:|#)/.test(link))
			.filter((link) => !existsSync(join(ROOT, page, '..', link.replace(/#.*$/, ''))))
			.map((link) => `${page}: ${link}`);
	});
	expect(broken).toEqual([]);
});
