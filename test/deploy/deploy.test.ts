/** The files in deploy/: what can be checked of them without an engine that runs containers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';

const ROOT = join(__dirname, '../..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Service {
	image: string;
	command?: string;
	environment: Record<string, string>;
	volumes?: string[];
	ports?: string[];
	healthcheck: { test: string[] };
	depends_on?: Record<string, { condition: string }>;
}
const compose = parse(textOf('deploy/compose.yaml'), { merge: true }) as {
	services: Record<string, Service>;
	volumes: Record<string, null>;
};
const services = Object.entries(compose.services);
const ofN8n = services.filter(([, { image }]) => image.startsWith('n8n-greenlight:'));
const settings = new Map(
	[...textOf('deploy/.env.example').matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [
		name,
		value,
	]),
);

describe('deploy/compose.yaml', () => {
	it('runs n8n as main, webhook and worker, from one image and with the same settings', () => {
		expect(ofN8n.map(([name, { command }]) => [name, command?.split(' ')[0]])).toEqual([
			['main', undefined],
			['webhook', 'webhook'],
			['worker', 'worker'],
		]);
		for (const [, service] of ofN8n) {
			expect(service.image).toBe(compose.services.main?.image);
			expect(service.environment).toEqual(compose.services.main?.environment);
		}
	});

	it('says to each process what Greenlight needs in queue mode', () => {
		expect(compose.services.worker?.environment).toMatchObject({
			EXECUTIONS_MODE: 'queue',
			GREENLIGHT_DATABASE_URL: expect.stringMatching(
				/^postgres:\/\/n8n:\$\{POSTGRES_PASSWORD\}@postgres:5432\//,
			),
			N8N_ENCRYPTION_KEY: expect.stringContaining('${N8N_ENCRYPTION_KEY'),
			N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
			WEBHOOK_URL: expect.stringMatching(/^https:\/\/\$\{PUBLIC_HOST.*\}\/$/),
		});
	});

	it('hides the package in the image under no volume', () => {
		expect(ofN8n.filter(([, { volumes }]) => volumes !== undefined)).toEqual([]);
	});

	it('names only volumes, services and settings that exist', () => {
		const named = services.flatMap(([, { volumes = [] }]) => volumes.map((each) => each.split(':')[0] ?? ''));
		expect(named.filter((name) => !name.startsWith('./') && !(name in compose.volumes))).toEqual([]);
		const needed = services.flatMap(([, { depends_on: needs = {} }]) => Object.keys(needs));
		expect(needed.filter((name) => !(name in compose.services))).toEqual([]);
		const variables = [...textOf('deploy/compose.yaml').matchAll(/\$\{([A-Z0-9_]+)/g)].map(
			([, name]) => name,
		);
		expect(variables.filter((name) => !settings.has(name))).toEqual([]);
	});

	it.each(services)(
		'%s: a fixed version, a check whether it lives, nothing started before what it needs',
		(_, service) => {
			expect(service.image).toMatch(/:(?!latest)[\w.$]/);
			expect(service.healthcheck.test[0]).toBe('CMD');
			for (const { condition } of Object.values(service.depends_on ?? {}))
				expect(condition).toBe('service_healthy');
		},
	);

	it('opens nothing but the proxy to the outside, and has no secret in it', () => {
		expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['proxy']);
		for (const secret of ['POSTGRES_PASSWORD', 'N8N_ENCRYPTION_KEY']) expect(settings.get(secret)).toBe('');
	});

	it('starts with the n8n that is tested', () => {
		const [, tested] = /N8N_VERSION = '([\d.]+)'/.exec(textOf('scripts/n8nInstall.mjs')) ?? [];
		expect(tested).toBeDefined();
		expect(settings.get('N8N_VERSION')).toBe(tested);
		expect(textOf('deploy/Dockerfile')).toContain(`ARG N8N_VERSION=${tested}\n`);
	});
});

describe('deploy/Caddyfile', () => {
	it('leads links, forms and tools to the process for webhooks, the rest to main', () => {
		const text = textOf('deploy/Caddyfile');
		const [, paths = ''] = /@people path (.+)/.exec(text) ?? [];
		for (const path of ['webhook', 'webhook-waiting', 'form', 'form-waiting', 'mcp'])
			expect(paths.split(' ')).toContain(`/${path}/*`);
		const targets = [...text.matchAll(/reverse_proxy (?:@\w+ )?(\w+):5678/g)].map(([, name]) => name);
		expect(targets).toEqual(['webhook', 'main']);
	});
});

describe('deploy/Dockerfile', () => {
	const text = textOf('deploy/Dockerfile');

	it('is one, without warnings', () => {
		expect(validate(text)).toEqual([]);
	});

	it('ends in n8n, as the user of n8n, with the package installed as the README says', () => {
		const last = text.slice(text.lastIndexOf('\nFROM '));
		expect(last).toMatch(/^\nFROM docker\.n8n\.io\/n8nio\/n8n:\$\{N8N_VERSION\}\n/);
		expect(last).toMatch(/--chown=node:node \/nodes \/home\/node\/\.n8n\/nodes\n/);
		expect(last).toMatch(/\nUSER node\n/);
		expect(text).toMatch(/npm install --prefix \/nodes --omit=peer --ignore-scripts/);
	});

	it('copies nothing that it leaves out', () => {
		const leftOut = textOf('deploy/Dockerfile.dockerignore').trim().split('\n');
		const read = ['nodes', 'credentials', 'workflows', 'package.json', 'gulpfile.js', 'tsconfig.build.json'];
		expect(read.filter((name) => leftOut.includes(name))).toEqual([]);
	});
});
