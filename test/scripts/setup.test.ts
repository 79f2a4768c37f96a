/** The set-up does what is needed, once, and says nothing when nothing is. npm is a stand-in that notes how it is called. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SETUP = pathToFileURL(join(__dirname, '..', '..', 'scripts', 'setup.mjs')).href;
const NPM = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
appendFileSync('calls.log', command + (command === 'run' ? ' ' + args.at(-1) : '') + '\\n');
const answer = existsSync('npm-answer.json') ? JSON.parse(readFileSync('npm-answer.json', 'utf8'))[command] : undefined;
if (answer) { console.error(answer); process.exit(1); }
if (command === 'ci' || command === 'install') {
	rmSync('node_modules', { recursive: true, force: true });
	mkdirSync('node_modules/tool', { recursive: true });
	writeFileSync('node_modules/tool/package.json', '{}');
	writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'));
} else {
	mkdirSync('dist', { recursive: true });
	writeFileSync('dist/A.node.js', '');
}`;

let root: string;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'greenlight-setup-'));
	await mkdir(join(root, 'nodes'));
	await put('npm-cli.js', NPM);
	await put('package.json', JSON.stringify({ n8n: { nodes: ['dist/A.node.js'], credentials: [] } }));
	await put('package-lock.json', lockOf('1.0.0'));
	await put('nodes/A.node.ts', 'export {};');
});

afterEach(async () => {
	await rm(root, { recursive: true, force: true });
});

function put(file: string, content: string): Promise<void> {
	return writeFile(join(root, file), content);
}

function lockOf(version: string): string {
	return JSON.stringify({
		packages: {
			'': {},
			'node_modules/tool': { version },
			'node_modules/elsewhere': { version, optional: true },
		},
	});
}

async function setUp(): Promise<{ code: number | null; stdout: string; stderr: string }> {
	const script = `import { setUp } from ${JSON.stringify(SETUP)};
import { reportError } from ${JSON.stringify(new URL('lib/plainError.mjs', SETUP).href)};
try { await setUp({ root: process.argv[1] }) } catch (error) { process.exitCode = reportError(error) }`;
	const child = spawn(process.execPath, ['--input-type=module', '-e', script, root], {
		env: { ...process.env, npm_execpath: join(root, 'npm-cli.js') },
	});
	const output = { stdout: '', stderr: '' };
	child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	return { code, ...output };
}

async function calls(): Promise<string[]> {
	const log = await readFile(join(root, 'calls.log'), 'utf8').catch(() => '');
	await rm(join(root, 'calls.log'), { force: true });
	return log.split('\n').filter(Boolean);
}

test('installs and builds a fresh clone, keeps stdout clean, and then has nothing to do or say', async () => {
	const first = await setUp();
	expect(first).toMatchObject({ code: 0, stdout: '' });
	expect(first.stderr).toMatch(/Installing[^]*Building/);
	expect(await calls()).toEqual(['ci', 'run build']);
	expect(await setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
	expect(await calls()).toEqual([]);
});

test('builds again when a source changed, and not for its time alone', async () => {
	await setUp();
	await calls();
	await utimes(join(root, 'nodes/A.node.ts'), new Date(), new Date());
	await setUp();
	expect(await calls()).toEqual([]);
	await put('nodes/B.ts', '');
	await setUp();
	expect(await calls()).toEqual(['run build']);
	await rm(join(root, 'nodes/B.ts'));
	await setUp();
	expect(await calls()).toEqual(['run build']);
});

test('builds again when a built file is gone, and leaves nothing of its own in what users get', async () => {
	await setUp();
	await calls();
	await rm(join(root, 'dist/A.node.js'));
	await setUp();
	expect(await calls()).toEqual(['run build']);
	expect(await readdir(join(root, 'dist'))).toEqual(['A.node.js']);
});

test('installs again when the lock file changed', async () => {
	await setUp();
	await calls();
	await put('package-lock.json', lockOf('2.0.0'));
	await setUp();
	expect(await calls()).toEqual(['ci', 'run build']);
});

test('does not install what an npm ci by hand has installed', async () => {
	await mkdir(join(root, 'node_modules/tool'), { recursive: true });
	await put('node_modules/tool/package.json', '{}');
	await put(
		'node_modules/.package-lock.json',
		JSON.stringify({ packages: { 'node_modules/tool': { version: '1.0.0' } } }),
	);
	await setUp();
	expect(await calls()).toEqual(['run build']);
});

test('two at once install and build once', async () => {
	const both = await Promise.all([setUp(), setUp()]);
	expect(both.map(({ code }) => code)).toEqual([0, 0]);
	expect(await calls()).toEqual(['ci', 'run build']);
});

test.each([
	['ENOTFOUND', 'registry could not be reached'],
	['ENOSPC', 'disk is full'],
	['E999', 'see the lines above'],
])('says in one sentence why the install failed: %s', async (code, sentence) => {
	await put('npm-answer.json', JSON.stringify({ ci: `npm error code ${code}` }));
	const { code: exitCode, stderr } = await setUp();
	expect(exitCode).toBe(1);
	expect(stderr.trim().split('\n').at(-1)).toContain(sentence);
	expect(stderr).not.toContain('    at ');
	await rm(join(root, 'npm-answer.json'));
	expect((await setUp()).code).toBe(0);
});
