/**
 * Makes a clone ready: installs the development packages and builds, each only when something changed since. Runs before
 * `npm start` and `npm test` on any Node from 20 on, with nothing installed. Says nothing when there is nothing to do; what it
 * says goes to stderr.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, relative, sep } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { PlainError, explainNpmFailure, lastLines, reportError } from './lib/plainError.mjs';
import { NPM_INSTALL_OPTIONS, REPOSITORY, isMain, npmCommand, onEndRequest, run } from './lib/processes.mjs';

const SOURCES = [
	'nodes',
	'credentials',
	'gulpfile.js',
	'tsconfig.json',
	'tsconfig.build.json',
	'package.json',
];

/** What the installed packages depend on. @param {string} root */
export async function packagesStamp(root) {
	const lock = await readFile(join(root, 'package-lock.json')).catch(() => {
		throw new PlainError(
			'package-lock.json is missing: get a complete copy of the repository, then start again.',
		);
	});
	return `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}`;
}

/** What the build depends on: names and contents of all sources. @param {string} root */
export async function sourcesStamp(root) {
	const hash = createHash('sha256');
	for (const source of SOURCES) {
		for (const file of await filesIn(join(root, source))) {
			const content = await readFile(file);
			hash.update(`${relative(root, file).split(sep).join('/')}\0${content.length}\0`).update(content);
		}
	}
	return hash.digest('hex');
}

/** @param {string} path @returns {Promise<string[]>} The file itself, or all files of a folder in a fixed order. */
async function filesIn(path) {
	const entries = await readdir(path, { withFileTypes: true }).catch((error) => error.code);
	if (entries === 'ENOENT') return [];
	if (entries === 'ENOTDIR') return [path];
	if (!Array.isArray(entries)) throw new PlainError(`${path} cannot be read (${entries}).`);
	const nested = await Promise.all(
		entries.sort((a, b) => (a.name < b.name ? -1 : 1)).map((entry) => filesIn(join(path, entry.name))),
	);
	return nested.flat();
}

/** Whether what is installed is exactly what the lock file names, as after an `npm ci` by hand. @param {string} root */
export async function isInstalledAsLocked(root) {
	const [wanted, installed] = await Promise.all(
		['package-lock.json', join('node_modules', '.package-lock.json')].map((file) =>
			readFile(join(root, file), 'utf8').then(JSON.parse, () => undefined),
		),
	);
	if (!wanted?.packages || !installed?.packages) return false;
	return Object.entries(wanted.packages).every(([path, wish]) => {
		if (path === '') return true;
		const has = installed.packages[path];
		if (!has) return wish.optional === true;
		return has.version === wish.version && existsSync(join(root, path, 'package.json'));
	});
}

/** @param {string} file */
const readStamp = (file) => readFile(file, 'utf8').catch(() => '');

/** @param {string} root @param {(line: string) => void} say */
async function installPackages(root, say) {
	const stamp = await packagesStamp(root);
	const file = join(root, 'node_modules', '.greenlight-stamp');
	if ((await readStamp(file)) === stamp) return;
	if (!(await isInstalledAsLocked(root))) {
		say('Installing development packages (about two minutes, once) …');
		const result = await run([...npmCommand(), 'ci', '--include=dev', ...NPM_INSTALL_OPTIONS], { cwd: root });
		if (result.code !== 0) {
			throw new PlainError(explainNpmFailure('Installing the development packages', result.output), {
				details: lastLines(result.output),
			});
		}
	}
	await writeFile(file, stamp);
}

/** Whether every file that n8n loads from the package is there. @param {string} root */
async function isBuilt(root) {
	const { n8n } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
	return [...n8n.nodes, ...n8n.credentials].every((/** @type {string} */ path) =>
		existsSync(join(root, path)),
	);
}

/** @param {string} root @param {(line: string) => void} say */
async function build(root, say) {
	const stamp = await sourcesStamp(root);
	// Beside the packages, not in dist: dist is what users get.
	const file = join(root, 'node_modules', '.greenlight-build-stamp');
	if ((await readStamp(file)) === stamp && (await isBuilt(root))) return;
	say('Building …');
	await rm(join(root, 'dist'), { recursive: true, force: true });
	const result = await run([...npmCommand(), 'run', '--silent', 'build'], {
		cwd: root,
		env: {
			...process.env,
			PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
		},
	});
	if (result.code !== 0) {
		throw new PlainError(
			/\bENOSPC\b/.test(result.output)
				? explainNpmFailure('Building', result.output)
				: 'The build failed: the lines above name the files to correct.',
			{ details: lastLines(result.output, 40) },
		);
	}
	await writeFile(file, stamp);
}

/**
 * @param {{ root?: string, say?: (line: string) => void }} [options]
 * @returns {Promise<void>}
 */
export async function setUp({ root = REPOSITORY, say = (line) => process.stderr.write(`${line}\n`) } = {}) {
	// Not in node_modules, which `npm ci` deletes.
	const lock = join(root, '.greenlight', 'setup.lock');
	await mkdir(join(root, '.greenlight'), { recursive: true });
	await withLock(
		lock,
		async () => {
			await installPackages(root, say);
			await build(root, say);
		},
		() => say('Waiting for another set-up of this folder to finish …'),
	);
}

if (isMain(import.meta.url)) {
	onEndRequest((exitCode) => process.exit(exitCode));
	try {
		if (Number(process.versions.node.split('.')[0]) < 20) {
			throw new PlainError(`Node.js 20 or newer is needed, this is ${process.version}.`);
		}
		await setUp();
	} catch (error) {
		const code = reportError(error);
		// The tests name what is broken better than a build that stops before them.
		const goOn =
			process.env.npm_lifecycle_event === 'pretest' &&
			existsSync(join(REPOSITORY, 'node_modules', '.greenlight-stamp'));
		process.exitCode = goOn ? 0 : code;
	}
}
