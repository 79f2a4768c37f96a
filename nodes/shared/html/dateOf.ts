const MONTHS = 'January February March April May June July August September October November December'.split(
	' ',
);

/** "22 November 2026, 12:04 UTC"; what is no date stays as it is. */
export function dateOf(iso: string): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return iso;
	const time = date.toISOString().slice(11, 16);
	return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${time} UTC`;
}
