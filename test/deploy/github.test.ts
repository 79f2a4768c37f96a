/** What GitHub runs and shows. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const FOLDER = join(__dirname, '../../.github');
const read = (path: string) => parse(readFileSync(join(FOLDER, path), 'utf8'));
interface Step {
	uses?: string;
	run?: string;
}
const stepsOf = (path: string): Step[] =>
	Object.values(read(path).jobs as Record<string, { steps: Step[] }>).flatMap(({ steps }) => steps);

describe('.github', () => {
	it('tests what must pass, on each change and before each release', () => {
		for (const path of ['workflows/ci.yml', 'workflows/publish.yml'])
			expect(stepsOf(path).map(({ run }) => run?.trim())).toContain('.ci/run');
		expect(read('workflows/ci.yml').on).toMatchObject({ pull_request: null, push: { branches: ['main'] } });
	});

	it('publishes tags only, with provenance and without a stored key', () => {
		const text = readFileSync(join(FOLDER, 'workflows/publish.yml'), 'utf8');
		const publish = read('workflows/publish.yml');
		expect(publish.on).toEqual({ push: { tags: ['v*'] } });
		expect(publish.jobs.publish.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
		expect(text).toContain('npm publish --provenance --access public --ignore-scripts');
		expect(text).not.toContain('secrets.');
	});

	it('gives jobs no more rights than they need', () => {
		for (const path of readdirSync(join(FOLDER, 'workflows')))
			expect(read(`workflows/${path}`).permissions).toEqual({ contents: 'read' });
	});

	it.each(['bug.yml', 'idea.yml'])('%s is a form that GitHub can show', (name) => {
		const form = read(`ISSUE_TEMPLATE/${name}`);
		expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
		const kinds = ['markdown', 'input', 'textarea', 'dropdown', 'checkboxes'];
		const ids = new Set<string>();
		for (const field of form.body) {
			expect(kinds).toContain(field.type);
			if (field.type === 'markdown') continue;
			expect(ids).not.toContain(field.id);
			ids.add(field.id);
			expect(field.attributes.label).toEqual(expect.any(String));
		}
		expect(
			form.body.some((field: { validations?: { required?: boolean } }) => field.validations?.required),
		).toBe(true);
	});
});
