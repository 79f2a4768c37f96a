import type { Finding } from './facts';

type About = Pick<Finding, 'check' | 'title'>;

export function finding(check: string, title: string): About {
	return { check, title };
}

export function good(about: About, why: string): Finding {
	return { ...about, status: 'good', why, nextStep: '' };
}

export function problem(about: About, why: string, nextStep: string): Finding {
	return { ...about, status: 'problem', why, nextStep };
}

export function notSeen(about: About, why: string, nextStep: string): Finding {
	return { ...about, status: 'notSeen', why, nextStep };
}

export function counted(count: number, what: string): string {
	if (count === 1) return `1 ${what}`;
	return `${count} ${what}${what.endsWith('s') ? 'es' : 's'}`;
}
