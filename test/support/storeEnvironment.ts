import type { StoreEnvironment } from '../../nodes/shared/state/sqlStore';

/** A clock that starts at a fixed moment and moves on by one second at each look, and ids that count. */
export function tickingEnvironment(): StoreEnvironment {
	let now = Date.UTC(2026, 10, 22, 12);
	let id = 0;
	return {
		clock: () => (now += 1000),
		newId: () => String(++id).padStart(4, '0'),
	};
}
