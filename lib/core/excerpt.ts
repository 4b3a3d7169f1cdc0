/** The first `most` characters of `text`, for a reason to show. A slice would keep all of the text in memory; this does not. */
export const excerpt = (text: string, most: number): string => [...text.slice(0, most)].join('');
